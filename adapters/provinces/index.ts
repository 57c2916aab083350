import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { z } from 'zod';
import { type Manifest, manifestSchema } from '../../schemas/manifest.ts';
import { type Scenarios, scenariosSchema } from '../../schemas/scenarios.ts';
import { AdapterFolderError, readAdapterFolder } from '../adapter-folder.ts';

/** One system: its declaration, its scenarios, and base64url SHA-256 over the bytes of its manifest.json. */
export interface ProvinceFolder {
  readonly manifest: Manifest;
  readonly scenarios: Scenarios;
  readonly digest: string;
}

const FOLDER_NAME = /^(\d{6})-[a-z0-9-]+$/;

/** What lies in the folders of provinces. `unfinished`: folders that cannot be read yet, and why. */
interface Provinces {
  readonly finished: readonly ProvinceFolder[];
  readonly unfinished: readonly { readonly folder: string; readonly reason: string }[];
}

/**
 * Reads every `<GB/T 2260 code>-<name>/` folder beside this file, sorted by code. Nothing else lists the provinces, so
 * adding one touches only its folder. Throws AdapterFolderError.
 */
export function loadProvinces(root: string = import.meta.dirname): ProvinceFolder[] {
  return distinct(folderNames(root).map((name) => loadProvince(root, name)));
}

/** The same, for whoever goes on without those that somebody is still working on. Throws AdapterFolderError `duplicate`. */
export function finishedProvinces(root: string = import.meta.dirname): Provinces {
  const finished: ProvinceFolder[] = [];
  const unfinished: { folder: string; reason: string }[] = [];
  for (const folder of folderNames(root)) {
    try {
      finished.push(loadProvince(root, folder));
    } catch (error) {
      if (!(error instanceof AdapterFolderError)) throw error;
      unfinished.push({ folder, reason: error.message });
    }
  }
  return { finished: distinct(finished), unfinished };
}

function distinct(folders: ProvinceFolder[]): ProvinceFolder[] {
  const seen = new Set<string>();
  for (const { manifest } of folders) {
    if (seen.has(manifest.province)) {
      throw new AdapterFolderError('duplicate', `two folders declare province ${manifest.province}`);
    }
    seen.add(manifest.province);
  }
  return folders;
}

/**
 * The manifests beside the adapter in `dir`, which may lie among them itself: of the folders that can be read, since one
 * with blanks in it recognises nothing yet.
 */
export function manifestsBeside(dir: string, root: string = import.meta.dirname): Manifest[] {
  return folderNames(root)
    .filter((name) => join(root, name) !== resolve(dir))
    .flatMap((name) => {
      try {
        return [loadProvince(root, name).manifest];
      } catch (error) {
        if (error instanceof AdapterFolderError) return [];
        throw error;
      }
    });
}

function folderNames(root: string): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function loadProvince(root: string, name: string): ProvinceFolder {
  const folder = readAdapterFolder(join(root, name));
  const manifest = parseWith(manifestSchema, folder.manifest, `${name}/manifest.json`);
  if (FOLDER_NAME.exec(name)?.[1] !== manifest.province) {
    throw new AdapterFolderError('folder_name', `folder ${name} must be named ${manifest.province}-<name>`);
  }
  return {
    manifest,
    scenarios: parseWith(scenariosSchema, folder.scenarios, `${name}/fixtures/scenarios.json`),
    digest: folder.manifestDigest,
  };
}

function parseWith<T extends z.ZodType>(schema: T, value: unknown, file: string): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const member = issue === undefined || issue.path.length === 0 ? '(whole file)' : `/${issue.path.join('/')}`;
  throw new AdapterFolderError('schema', `${file}: ${member}: ${issue?.message ?? 'invalid'}`);
}
