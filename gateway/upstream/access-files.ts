import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { SecureContext } from 'node:tls';
import { MAX_ACCESS_BYTES, type UpstreamAccess, upstreamAccessSchema } from '../../adapters/upstream-access.ts';
import { PROVINCES } from '../../schemas/code-lists/index.ts';
import { ConfigError } from '../compose/config.ts';
import { KeyError } from '../keys/key-error.ts';
import { readMountedSecret } from '../keys/private-file.ts';
import { type ClientCertificate, readClientCertificate } from './client-certificate.ts';

/** How long a reading is used: a secret or a certificate that an operator replaces is in use after at most this. */
const REREAD_AFTER_MS = 5_000;

export interface AccessFiles {
  /**
   * What the operator holds for a province's own system, or for a division's, by the division's code; null where there is
   * no file. A file that went bad leaves the last good one.
   */
  readonly accessOf: (division: string) => UpstreamAccess | null;
  /** What this gateway proves itself with to that system; undefined: nothing. */
  readonly identityOf: (division: string) => SecureContext | undefined;
}

interface Held {
  readonly access: UpstreamAccess | null;
  readonly certificate: ClientCertificate | undefined;
}

interface Reading extends Held {
  readonly atMs: number;
}

const NOTHING: Held = { access: null, certificate: undefined };

/**
 * `<province>.json` and `<division>.json` files of a folder, as a mounted secret has them, and the client certificates that they name. Throws
 * ConfigError where one cannot be used now; later faults go to `onFault`, by file name alone: what a file holds is never
 * quoted.
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
    readings.set(province, { ...readFirst(folder, province), atMs: nowMs() });
  }
  const held = (division: string): Held => {
    const last = readings.get(division);
    if (last !== undefined && nowMs() - last.atMs < REREAD_AFTER_MS) return last;
    const reading = readAgain(folder, division, last ?? NOTHING, onFault);
    readings.set(division, { ...reading, atMs: nowMs() });
    return reading;
  };
  return {
    accessOf: (division) => held(division).access,
    identityOf: (division) => held(division).certificate?.context,
  };
}

function readFirst(folder: string, province: string): Held {
  let access: UpstreamAccess | null;
  try {
    access = readAccess(folder, province);
  } catch (cause) {
    if (cause instanceof KeyError) throw new ConfigError(`HUREN_UPSTREAM_DIR: ${cause.message}`, { cause });
    throw new ConfigError(`HUREN_UPSTREAM_DIR: ${province}.json is not {"secrets":{…},"codes":{…}}`, { cause });
  }
  try {
    return { access, certificate: access === null ? undefined : readClientCertificate(folder, access, undefined) };
  } catch (cause) {
    const why = 'client_cert_file and client_key_file must be a PEM pair that others may not read';
    throw new ConfigError(`HUREN_UPSTREAM_DIR: ${province}.json: ${why}`, { cause });
  }
}

function readAgain(folder: string, division: string, last: Held, onFault: (file: string) => void): Held {
  try {
    const access = readAccess(folder, division);
    return {
      access,
      certificate: access === null ? undefined : readClientCertificate(folder, access, last.certificate),
    };
  } catch {
    onFault(`${division}.json`);
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
