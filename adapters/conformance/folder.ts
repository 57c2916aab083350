import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { RawFolder } from './subject.ts';

const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** An adapter's folder as it lies on disk. `manifestDigest` is base64url SHA-256 over the bytes of manifest.json. */
export interface AdapterFolder extends RawFolder {
  readonly name: string;
  readonly manifestDigest: string;
}

export type AdapterFolderErrorCode = 'unreadable' | 'not_json' | 'too_large';

/** A folder that cannot be read. The message names the file and says nothing of its text. */
export class AdapterFolderError extends Error {
  override readonly name = 'AdapterFolderError';
  readonly code: AdapterFolderErrorCode;
  constructor(code: AdapterFolderErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Reads `manifest.json` and `fixtures/scenarios.json`. Throws AdapterFolderError; what is in them is judged later. */
export function readAdapterFolder(path: string): AdapterFolder {
  const manifest = readBytes(join(path, 'manifest.json'));
  const scenarios = readBytes(join(path, 'fixtures', 'scenarios.json'));
  return {
    name: basename(resolve(path)),
    manifest: parse(manifest, 'manifest.json'),
    scenarios: parse(scenarios, 'fixtures/scenarios.json'),
    manifestDigest: createHash('sha256').update(manifest).digest('base64url'),
  };
}

function readBytes(path: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new AdapterFolderError('unreadable', `${path} cannot be read`, { cause });
  }
  if (bytes.length > MAX_FILE_BYTES) throw new AdapterFolderError('too_large', `${path} is larger than 4 MiB`);
  return bytes;
}

function parse(bytes: Buffer, name: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new AdapterFolderError('not_json', `${name} is not JSON`, { cause });
  }
}
