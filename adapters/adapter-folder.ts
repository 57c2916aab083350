import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { CodedError } from '../schemas/coded-error.ts';
import { jsonOrUndefined } from '../schemas/json-text.ts';

const MAX_FILE_BYTES = 4 * 1024 * 1024;
const FILES = { manifest: 'manifest.json', scenarios: join('fixtures', 'scenarios.json') } as const;

/** The two files that make an adapter, as the exact texts that are signed for and registered. */
export interface AdapterFolderTexts {
  readonly manifest: string;
  readonly scenarios: string;
}

/**
 * An adapter's folder as it lies on disk, with what its texts say as JSON. `manifestDigest` is base64url SHA-256 over
 * the bytes of manifest.json.
 */
export interface AdapterFolder {
  readonly name: string;
  readonly manifest: unknown;
  readonly scenarios: unknown;
  readonly manifestDigest: string;
  readonly texts: AdapterFolderTexts;
}

export type AdapterFolderErrorCode = 'unreadable' | 'not_json' | 'too_large' | 'schema' | 'folder_name' | 'duplicate';

/** A folder that cannot be used. The message names the file and says nothing of its text. */
export class AdapterFolderError extends CodedError<AdapterFolderErrorCode> {
  override readonly name = 'AdapterFolderError';
}

/** Reads the two files as texts. Throws AdapterFolderError `unreadable` or `too_large`; what is in them is judged later. */
export function readAdapterTexts(path: string): AdapterFolderTexts {
  return {
    manifest: readText(join(path, FILES.manifest)),
    scenarios: readText(join(path, FILES.scenarios)),
  };
}

/** As `readAdapterTexts`, and parses both. Throws AdapterFolderError `not_json` too. */
export function readAdapterFolder(path: string): AdapterFolder {
  const texts = readAdapterTexts(path);
  return {
    name: basename(resolve(path)),
    manifest: parse(texts.manifest, join(path, FILES.manifest)),
    scenarios: parse(texts.scenarios, join(path, FILES.scenarios)),
    manifestDigest: createHash('sha256').update(texts.manifest).digest('base64url'),
    texts,
  };
}

function readText(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new AdapterFolderError('unreadable', `${path} cannot be read`, { cause });
  }
  if (bytes.length > MAX_FILE_BYTES) throw new AdapterFolderError('too_large', `${path} is larger than 4 MiB`);
  return bytes.toString('utf8');
}

function parse(text: string, path: string): unknown {
  const value = jsonOrUndefined(text);
  if (value === undefined) throw new AdapterFolderError('not_json', `${path} is not JSON`);
  return value;
}
