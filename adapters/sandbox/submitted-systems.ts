import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import type { ProvinceFolder } from '../provinces/index.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';
import { type SystemRequest, systemRequestSchema } from './protocol.ts';

/** What was submitted to a running sandbox and is played since, over restarts: one file a province. */
export class SubmittedSystems {
  readonly #folder: string;

  constructor(dataDir: string) {
    this.#folder = join(dataDir, 'sandbox-systems');
  }

  /** Those that can be read: one that cannot is a system that is not there, as it would be without the file. */
  all(): ProvinceFolder[] {
    return this.#names().flatMap((name) => {
      const text = readPrivateFile(join(this.#folder, name));
      const { data } = systemRequestSchema.safeParse(text === null ? undefined : jsonOrUndefined(text));
      return data === undefined ? [] : [folderOf(data)];
    });
  }

  keep(system: SystemRequest): void {
    writePrivateFile(join(this.#folder, `${system.manifest.province}.json`), JSON.stringify(system));
  }

  #names(): string[] {
    try {
      return readdirSync(this.#folder).filter((name) => name.endsWith('.json'));
    } catch {
      return [];
    }
  }
}

/** As a folder would be read; nobody asks a simulated system for its manifest's digest. */
export function folderOf({ manifest, scenarios }: SystemRequest): ProvinceFolder {
  return { manifest, scenarios, digest: '' };
}
