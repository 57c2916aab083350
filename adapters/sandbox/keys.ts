import { createHash, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { sm2 } from 'sm-crypto-v2';
import { z } from 'zod';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { keyOctetsSchema } from '../../schemas/key-octets.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';
import type { StatementKey } from './protocol.ts';

export const storedKeySchema = z.strictObject({
  kty: z.literal('EC'),
  crv: z.enum(['P-256', 'SM2']),
  x: keyOctetsSchema,
  y: keyOctetsSchema,
  d: keyOctetsSchema,
});
type StoredKey = z.infer<typeof storedKeySchema>;
export type Curve = StoredKey['crv'];

/** The customary user ID of GM/T 0009-2012, for keys without one of their own. */
const SM2_USER_ID = '1234567812345678';

/** A signing key of the sandbox. `sign` gives r then s, 32 octets each; `privateJwk` is for libraries that take one. */
export interface SandboxKey {
  readonly privateJwk: StoredKey;
  readonly published: StatementKey;
  readonly sign: (input: string) => Buffer;
}

/** Reads the key of a file, or makes it (0600) so that a restarted sandbox signs with the same key. */
export function loadOrCreateKey(path: string, curve: Curve = 'P-256'): SandboxKey {
  const stored = readStored(path) ?? create(path, curve);
  if (stored.crv !== curve) throw new Error(`a sandbox key on ${stored.crv} stands where ${curve} is needed`);
  return importKey(stored);
}

/** A key that lives no longer than the process. */
export function makeKey(curve: Curve): SandboxKey {
  return importKey(generateKey(curve));
}

/** Opens a key pair that was read or made. */
export function importKey(stored: StoredKey): SandboxKey {
  const { crv, x, y } = stored;
  const kid = thumbprint(crv, x, y);
  const alg = crv === 'SM2' ? 'SM2' : 'ES256';
  return {
    privateJwk: stored,
    published: { kid, jwk: { kty: 'EC', crv, x, y, kid, alg, use: 'sig' } },
    sign: crv === 'SM2' ? sm2Signer(stored) : es256Signer(stored),
  };
}

function es256Signer(stored: StoredKey): (input: string) => Buffer {
  const key = createPrivateKey({ key: stored, format: 'jwk' });
  return (input) => sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
}

function sm2Signer(stored: StoredKey): (input: string) => Buffer {
  const options = { hash: true, userId: SM2_USER_ID, publicKey: uncompressedPoint(stored) };
  const privateKey = hexOf(stored.d);
  return (input) => Buffer.from(sm2.doSignature(Buffer.from(input), privateKey, options), 'hex');
}

/** The public point in hex, uncompressed, as SM2 software takes it. */
export function uncompressedPoint({ x, y }: { readonly x: string; readonly y: string }): string {
  return `04${hexOf(x)}${hexOf(y)}`;
}

function hexOf(coordinate: string): string {
  return Buffer.from(coordinate, 'base64url').toString('hex');
}

/** RFC 7638 over the required members of an EC key, in their lexical order. */
function thumbprint(crv: Curve, x: string, y: string): string {
  return createHash('sha256')
    .update(JSON.stringify({ crv, kty: 'EC', x, y }))
    .digest('base64url');
}

function readStored(path: string): StoredKey | null {
  const text = readPrivateFile(path);
  if (text === null) return null;
  const stored = storedKeySchema.safeParse(jsonOrUndefined(text));
  // A parser's message can quote the file.
  if (!stored.success) throw new Error(`${path} is no key file`);
  return stored.data;
}

function create(path: string, curve: Curve): StoredKey {
  const key = generateKey(curve);
  writePrivateFile(path, `${JSON.stringify(key)}\n`);
  return key;
}

/** A new key pair. */
export function generateKey(curve: Curve): StoredKey {
  if (curve === 'SM2') {
    const { publicKey, privateKey } = sm2.generateKeyPairHex();
    const part = (hex: string) => Buffer.from(hex, 'hex').toString('base64url');
    const [x, y] = [publicKey.slice(2, 66), publicKey.slice(66)];
    return { kty: 'EC', crv: 'SM2', x: part(x), y: part(y), d: part(privateKey) };
  }
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return storedKeySchema.parse(privateKey.export({ format: 'jwk' }));
}
