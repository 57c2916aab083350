import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { StatementKey } from './protocol.ts';

const coordinateSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const storedKeySchema = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: coordinateSchema,
  y: coordinateSchema,
  d: coordinateSchema,
});
type StoredKey = z.infer<typeof storedKeySchema>;

/** A key pair of the sandbox; `jwk` is the private JWK, for libraries that take one. */
export interface SandboxKey {
  readonly privateKey: KeyObject;
  readonly privateJwk: StoredKey;
  readonly published: StatementKey;
}

/** Reads the ES256 key of a file, or makes it (0600) so that a restarted sandbox signs with the same key. */
export function loadOrCreateKey(path: string): SandboxKey {
  const stored = readStored(path) ?? create(path);
  const { x, y } = stored;
  const kid = thumbprint('P-256', x, y);
  return {
    privateKey: createPrivateKey({ key: stored, format: 'jwk' }),
    privateJwk: stored,
    published: { kid, jwk: { kty: 'EC', crv: 'P-256', x, y, kid, alg: 'ES256', use: 'sig' } },
  };
}

/** RFC 7638 over the required members of an EC key, in their lexical order. */
export function thumbprint(crv: string, x: string, y: string): string {
  return createHash('sha256')
    .update(JSON.stringify({ crv, kty: 'EC', x, y }))
    .digest('base64url');
}

function readStored(path: string): StoredKey | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  return storedKeySchema.parse(JSON.parse(text));
}

function create(path: string): StoredKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = storedKeySchema.parse(privateKey.export({ format: 'jwk' }));
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${JSON.stringify(key)}\n`, { mode: 0o600, flag: 'wx' });
  return key;
}
