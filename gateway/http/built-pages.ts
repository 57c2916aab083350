import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const DIST = join(import.meta.dirname, '../web/dist');
const ASSETS = 'assets';
const SERVICE_WORKER = 'service-worker.js';

/** Vite's manifest, as far as it is needed here. */
const manifestSchema = z.record(
  z.string(),
  z.object({
    file: z.string(),
    isEntry: z.boolean().default(false),
    css: z.array(z.string()).default([]),
    imports: z.array(z.string()).default([]),
  }),
);
type Manifest = z.infer<typeof manifestSchema>;

/** One page: the files that its document names, as paths below `/web/`. */
export interface BuiltPage {
  readonly script: string;
  readonly styles: readonly string[];
}

/** What the build of `gateway/web` left. */
export interface BuiltPages {
  /** By the name of the page's folder. */
  readonly pages: ReadonlyMap<string, BuiltPage>;
  /** By file name, which changes with the content. */
  readonly assets: ReadonlyMap<string, Buffer>;
  /** The script that keeps the scanner working without a network. */
  readonly serviceWorker: Buffer;
}

/** Reads the build into memory; null where nobody has built the pages. */
export function readBuiltPages(dist = DIST): BuiltPages | null {
  const listing = join(dist, 'manifest.json');
  if (!existsSync(listing)) return null;
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(listing, 'utf8')));
  const entries = Object.entries(manifest).filter(([, { isEntry, file }]) => isEntry && file !== SERVICE_WORKER);
  return {
    pages: new Map(
      entries.map(([source, { file }]) => [
        source.split('/')[0] ?? source,
        { script: file, styles: [...stylesOf(source, manifest)] },
      ]),
    ),
    serviceWorker: readFileSync(join(dist, SERVICE_WORKER)),
    assets: new Map(readdirSync(join(dist, ASSETS)).map((name) => [name, readFileSync(join(dist, ASSETS, name))])),
  };
}

/** A style that pages share stands with the script that they share. */
function stylesOf(source: string, manifest: Manifest, seen = new Set<string>()): Set<string> {
  if (seen.has(source)) return new Set();
  seen.add(source);
  const { css = [], imports = [] } = manifest[source] ?? {};
  return new Set([...imports.flatMap((other) => [...stylesOf(other, manifest, seen)]), ...css]);
}
