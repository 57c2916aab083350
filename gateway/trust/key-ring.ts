import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { z } from 'zod';
import { numericDateSchema } from '../../schemas/status.ts';
import { readIfThere, writePrivateFile } from '../private-file.ts';
import { type PublicJwk, publicJwkSchema } from './public-key.ts';
import { createSigner, type Signer } from './signer.ts';

/** announced -> active -> retired; revoked from any of them. A retired key still verifies what it signed in its window. */
export const keyStateSchema = z.enum(['announced', 'active', 'retired', 'revoked']);
export type KeyState = z.infer<typeof keyStateSchema>;

const storedKeySchema = z.strictObject({
  kid: z.string().min(1).max(256),
  state: keyStateSchema,
  created_s: numericDateSchema,
  expires_s: numericDateSchema,
  jwk: z.strictObject({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: z.string(),
    y: z.string(),
    d: z.string(),
  }),
});
const keyFileSchema = z.strictObject({ keys: z.array(storedKeySchema).min(1).max(16) });
type StoredKey = z.infer<typeof storedKeySchema>;

/** What a key ring is for: an entity's federation statements, a gateway's attestations. */
export type KeyUse = 'federation' | 'attestation';

export interface KeyInfo {
  readonly owner: string;
  readonly use: KeyUse;
  readonly kid: string;
  readonly state: KeyState;
  readonly createdS: number;
  readonly expiresS: number;
}

/** One entity's keys for one use. The private halves stay in a 0600 file and behind `signer`. */
export interface KeyRing {
  readonly signer: Signer;
  readonly publicKeys: readonly PublicJwk[];
  readonly keys: readonly KeyInfo[];
}

const KEY_LIFETIME_S = 90 * 86_400;

/** The file of a ring below the data directory: `keys/<owner>/<use>.json`. */
export function keyFilePath(dataDir: string, owner: string, use: KeyUse): string {
  return join(dataDir, 'keys', owner, `${use}.json`);
}

/** Opens an entity's key ring, making its first key where there is none. Throws where the file is damaged. */
export async function openKeyRing(dataDir: string, owner: string, use: KeyUse, nowS: number): Promise<KeyRing> {
  const path = keyFilePath(dataDir, owner, use);
  const stored = readKeyFile(path);
  if (stored !== null) return await ringOf(owner, use, stored);
  const first = await newKey(nowS);
  writePrivateFile(path, `${JSON.stringify({ keys: [first] }, null, 2)}\n`);
  return await ringOf(owner, use, [first]);
}

/** The keys in a ring's file, without their private halves; empty where there is no such ring. */
export function listKeys(dataDir: string, owner: string, use: KeyUse): KeyInfo[] {
  return (readKeyFile(keyFilePath(dataDir, owner, use)) ?? []).map((key) => infoOf(owner, use, key));
}

function readKeyFile(path: string): StoredKey[] | null {
  const text = readIfThere(path);
  return text === null ? null : keyFileSchema.parse(JSON.parse(text)).keys;
}

async function newKey(nowS: number): Promise<StoredKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const { kty, crv, x, y, d } = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint({ kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' });
  const jwk = { kty, crv, x, y, d };
  return storedKeySchema.parse({ kid, state: 'active', created_s: nowS, expires_s: nowS + KEY_LIFETIME_S, jwk });
}

async function ringOf(owner: string, use: KeyUse, stored: readonly StoredKey[]): Promise<KeyRing> {
  const active = stored.find((key) => key.state === 'active');
  if (active === undefined) throw new Error(`${owner}/${use} has no active key`);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const privateKey = await crypto.subtle.importKey('jwk', active.jwk, algorithm, false, ['sign']);
  return {
    signer: createSigner(active.kid, 'ES256', privateKey),
    publicKeys: stored.filter((key) => key.state !== 'revoked').map(publicHalf),
    keys: stored.map((key) => infoOf(owner, use, key)),
  };
}

function publicHalf(key: StoredKey): PublicJwk {
  const { d: _private, ...jwk } = key.jwk;
  return publicJwkSchema.parse({ ...jwk, kid: key.kid, alg: 'ES256', use: 'sig' });
}

function infoOf(owner: string, use: KeyUse, key: StoredKey): KeyInfo {
  return { owner, use, kid: key.kid, state: key.state, createdS: key.created_s, expiresS: key.expires_s };
}
