import { statSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_ACCESS_BYTES, type UpstreamAccess, upstreamAccessSchema } from '../../adapters/upstream-access.ts';
import { PROVINCES, type ProvinceCode } from '../../schemas/code-lists/index.ts';
import { ConfigError } from '../compose/config.ts';
import { KeyError } from '../keys/key-error.ts';
import { readMountedSecret } from '../keys/private-file.ts';

/** How long a reading is used: a secret that an operator replaces is in use after at most this. */
const REREAD_AFTER_MS = 5_000;

export interface AccessFiles {
  /** What the operator holds for a province; null where there is no file. A file that went bad leaves the last good one. */
  readonly accessOf: (province: ProvinceCode) => UpstreamAccess | null;
}

interface Reading {
  readonly access: UpstreamAccess | null;
  readonly atMs: number;
}

/**
 * `<province>.json` files of a folder, as a mounted secret has them. Throws ConfigError where one cannot be used now;
 * later faults go to `onFault`, by file name alone: what a file holds is never quoted.
 */
export function openAccessFiles(
  folder: string,
  { nowMs, onFault }: { readonly nowMs: () => number; readonly onFault: (file: string) => void },
): AccessFiles {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new ConfigError('HUREN_UPSTREAM_DIR: not a folder');
  }
  const readings = new Map<string, Reading>();
  for (const province of Object.keys(PROVINCES)) {
    try {
      readings.set(province, { access: readAccess(folder, province), atMs: nowMs() });
    } catch (cause) {
      if (cause instanceof KeyError) throw new ConfigError(`HUREN_UPSTREAM_DIR: ${cause.message}`, { cause });
      throw new ConfigError(`HUREN_UPSTREAM_DIR: ${province}.json is not {"secrets":{…},"codes":{…}}`, { cause });
    }
  }
  return {
    accessOf: (province) => {
      const last = readings.get(province);
      if (last !== undefined && nowMs() - last.atMs < REREAD_AFTER_MS) return last.access;
      const access = readAgain(folder, province, last?.access ?? null, onFault);
      readings.set(province, { access, atMs: nowMs() });
      return access;
    },
  };
}

function readAgain(
  folder: string,
  province: ProvinceCode,
  last: UpstreamAccess | null,
  onFault: (file: string) => void,
): UpstreamAccess | null {
  try {
    return readAccess(folder, province);
  } catch {
    onFault(`${province}.json`);
    return last;
  }
}

function readAccess(folder: string, province: string): UpstreamAccess | null {
  const path = join(folder, `${province}.json`);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return null;
  if (!found.isFile() || found.size > MAX_ACCESS_BYTES) throw new Error('not a file of a sane size');
  return upstreamAccessSchema.parse(JSON.parse(readMountedSecret(path) ?? ''));
}
