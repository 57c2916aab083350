import { closeSync, mkdirSync, openSync, statSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { numericDateSchema } from '../../schemas/status.ts';
import { readIfThere, writePrivateFile } from './private-file.ts';

const storedKeySchema = z.strictObject({
  kid: z.string().min(1).max(256),
  state: z.enum(['announced', 'active', 'retired', 'revoked']),
  created_s: numericDateSchema,
  expires_s: numericDateSchema,
  retired_s: numericDateSchema.exactOptional(),
  revoked_s: numericDateSchema.exactOptional(),
  reason: z.string().max(64).exactOptional(),
  jwk: z.strictObject({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: z.string(),
    y: z.string(),
    d: z.string(),
  }),
});
export type StoredKey = z.infer<typeof storedKeySchema>;
export const MAX_STORED_KEYS = 64;
const keyFileSchema = z.strictObject({ keys: z.array(storedKeySchema).min(1).max(MAX_STORED_KEYS) });

/** What a key ring is for. `audit` keys sign an auditor's requests. */
export type KeyUse = 'federation' | 'attestation' | 'audit';
export const KEY_USES: readonly KeyUse[] = ['federation', 'attestation', 'audit'];

export type KeyFileErrorCode =
  | 'key_file_exposed'
  | 'key_file_damaged'
  | 'key_file_busy'
  | 'key_unknown'
  | 'too_many_keys';

/** A key file that cannot be used. The message names the file, never what it holds. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
  readonly code: KeyFileErrorCode;
  constructor(code: KeyFileErrorCode, detail: string) {
    super(detail);
    this.code = code;
  }
}

/** The file of a ring below the data directory: `keys/<owner>/<use>.json`. */
export function keyFilePath(dataDir: string, owner: string, use: KeyUse): string {
  return join(dataDir, 'keys', owner, `${use}.json`);
}

/** The keys in a file, null where there is none. Throws KeyFileError where others may read it or it is damaged. */
export function readKeyFile(path: string): StoredKey[] | null {
  const text = readIfThere(path);
  if (text === null) return null;
  // A key that others could read may be in other hands already; going on would hide that.
  if ((statSync(path).mode & 0o077) !== 0) {
    throw new KeyFileError('key_file_exposed', `${path} may be read by others: chmod 600, and replace its keys`);
  }
  const parsed = keyFileSchema.safeParse(jsonOf(text));
  // The cause is not passed on: a parser's message can quote the file, and the file holds private keys.
  if (!parsed.success) throw new KeyFileError('key_file_damaged', `${path} is no key file`);
  return parsed.data.keys;
}

/** What tells one version of a file from another, without reading it; null where there is no file. */
export function fileVersion(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.ino}:${stat.mtimeMs}:${stat.size}:${stat.mode}`;
}

/** Changes a key file while nobody else does: the command line and several gateways may share one. Gives the new keys. */
export async function changeKeyFile(
  path: string,
  change: (keys: readonly StoredKey[] | null) => Promise<readonly StoredKey[]>,
): Promise<readonly StoredKey[]> {
  return await holdingLock(`${path}.lock`, async () => {
    const before = readKeyFile(path);
    const after = await change(before);
    if (after !== before) writePrivateFile(path, `${JSON.stringify({ keys: after }, null, 2)}\n`);
    return after;
  });
}

const LOCK_ATTEMPTS = 100;
const LOCK_PAUSE_MS = 20;
/** A lock this old belongs to a process that died while it held it: a change takes milliseconds. */
const LOCK_STALE_MS = 10_000;

async function holdingLock<T>(path: string, act: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  for (let attempt = 0; attempt < LOCK_ATTEMPTS; attempt += 1) {
    if (!tryLock(path)) {
      await delay(LOCK_PAUSE_MS);
      continue;
    }
    try {
      return await act();
    } finally {
      unlinkSync(path);
    }
  }
  throw new KeyFileError('key_file_busy', `${path} is held by another process`);
}

function tryLock(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx', 0o600));
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const held = statSync(path, { throwIfNoEntry: false });
    if (held !== undefined && Date.now() - held.mtimeMs > LOCK_STALE_MS) unlinkSync(path);
    return false;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
