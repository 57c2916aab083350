import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { type Manifest, manifestSchema } from '../../schemas/manifest.ts';
import { type Scenarios, scenariosSchema } from '../../schemas/scenarios.ts';

/** One system: its declaration, its scenarios, and base64url SHA-256 over the bytes of its manifest.json. */
export interface ProvinceFolder {
  readonly manifest: Manifest;
  readonly scenarios: Scenarios;
  readonly digest: string;
}

export type ProvinceFolderErrorCode = 'unreadable' | 'not_json' | 'schema' | 'folder_name' | 'duplicate';

/** A province folder that cannot be used. The message names the file and the member. */
export class ProvinceFolderError extends Error {
  override readonly name = 'ProvinceFolderError';
  readonly code: ProvinceFolderErrorCode;
  constructor(code: ProvinceFolderErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const FOLDER_NAME = /^(\d{6})-[a-z0-9-]+$/;

/**
 * Reads every `<GB/T 2260 code>-<name>/` folder beside this file, sorted by code. Nothing else lists the provinces, so
 * adding one touches only its folder. Throws ProvinceFolderError.
 */
export function loadProvinces(root: string = import.meta.dirname): ProvinceFolder[] {
  const names = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  const folders = names.map((name) => loadProvince(root, name));
  const seen = new Set<string>();
  for (const { manifest } of folders) {
    if (seen.has(manifest.province)) {
      throw new ProvinceFolderError('duplicate', `two folders declare province ${manifest.province}`);
    }
    seen.add(manifest.province);
  }
  return folders;
}

function loadProvince(root: string, name: string): ProvinceFolder {
  const manifestFile = readWhole(root, join(name, 'manifest.json'));
  const manifest = parseWith(manifestSchema, manifestFile);
  if (FOLDER_NAME.exec(name)?.[1] !== manifest.province) {
    throw new ProvinceFolderError('folder_name', `folder ${name} must be named ${manifest.province}-<name>`);
  }
  return {
    manifest,
    scenarios: parseWith(scenariosSchema, readWhole(root, join(name, 'fixtures', 'scenarios.json'))),
    digest: createHash('sha256').update(manifestFile.bytes).digest('base64url'),
  };
}

interface WholeFile {
  readonly path: string;
  readonly bytes: Buffer;
}

function readWhole(root: string, path: string): WholeFile {
  try {
    return { path, bytes: readFileSync(join(root, path)) };
  } catch (cause) {
    throw new ProvinceFolderError('unreadable', `${path} cannot be read`, { cause });
  }
}

function parseWith<T extends z.ZodType>(schema: T, file: WholeFile): z.output<T> {
  const parsed = schema.safeParse(parseJson(file));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const member = issue === undefined || issue.path.length === 0 ? '(whole file)' : `/${issue.path.join('/')}`;
  throw new ProvinceFolderError('schema', `${file.path}: ${member}: ${issue?.message ?? 'invalid'}`);
}

function parseJson({ path, bytes }: WholeFile): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new ProvinceFolderError('not_json', `${path} is not JSON`, { cause });
  }
}
