import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { z } from 'zod';
import { keyOctetsSchema } from '../../schemas/key-octets.ts';
import type { Signer, SignerAlg } from '../trust/signer.ts';
import { KeyError } from './key-error.ts';
import type { KeyUse } from './key-use.ts';
import { algOf, type StoredJwk, type StoredKey } from './ring-file.ts';

/** One private key ready for use. Both ways give the raw JOSE signature; `signNow` may hold the process up. */
export interface HeldKey {
  readonly signer: Signer;
  readonly signNow: (input: Uint8Array) => Uint8Array;
}

/** What a ring file keeps of a new key. */
export type MadeKey = Pick<StoredKey, 'kid' | 'jwk' | 'token'>;

/** Where private keys are. Two ways: in the ring file itself, or in a PKCS#11 token (token-keeper.ts). */
export interface KeyKeeper {
  /** Makes a key pair. Throws KeyError where it cannot for this use. */
  readonly make: (alg: SignerAlg, use: KeyUse) => Promise<MadeKey>;
  /** Takes a key into use; `where` names its file or ring in errors. Throws KeyError. */
  readonly hold: (key: StoredKey, where: string) => HeldKey;
  /** Throws KeyError where what was made here could not be used now. */
  readonly probe: () => void;
  readonly close: () => void;
}

/** Keys that lie in the ring files. */
export const FILE_KEEPER: KeyKeeper = { make: makeStored, hold: holdStored, probe: () => {}, close: () => {} };

const HASH = { ES256: 'sha256', EdDSA: null } as const;
const memberSchema = z.object({ crv: z.string(), x: keyOctetsSchema, y: keyOctetsSchema.optional() });
const privateSchema = z.object({ d: keyOctetsSchema });

async function makeStored(alg: SignerAlg): Promise<MadeKey> {
  const { privateKey } =
    alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
  const jwk = publicHalf(privateKey);
  const { d } = privateSchema.parse(privateKey.export({ format: 'jwk' }));
  return { kid: await kidOf(jwk), jwk: { ...jwk, d } };
}

function holdStored({ kid, jwk }: StoredKey, where: string): HeldKey {
  if (jwk.d === undefined) throw new KeyError('token_unavailable', `${where}: its key is in a token: set HUREN_KEYS`);
  const privateKey = privateKeyOf(jwk, where);
  const alg = algOf(jwk);
  // Synchronous in any case: handing it to another thread costs more than the signature (gateway/node-crypto.ts).
  const signNow = (input: Uint8Array) =>
    new Uint8Array(sign(HASH[alg], input, { key: privateKey, dsaEncoding: 'ieee-p1363' }));
  return { signer: { kid, alg, sign: async (input) => signNow(input) }, signNow };
}

function privateKeyOf(jwk: StoredJwk, where: string): KeyObject {
  try {
    return createPrivateKey({ key: { ...jwk }, format: 'jwk' });
  } catch {
    // Node holds the two halves against each other: such a key would sign what nobody can verify.
    throw new KeyError('key_file_damaged', `${where}: a private key does not fit its public half`);
  }
}

function publicHalf(key: KeyObject): StoredJwk {
  const { crv, x, y } = memberSchema.parse(createPublicKey(key).export({ format: 'jwk' }));
  if (crv === 'Ed25519') return { kty: 'OKP', crv, x };
  if (crv !== 'P-256' || y === undefined) throw new KeyError('key_use_unsupported', `no keys on ${crv}`);
  return { kty: 'EC', crv, x, y };
}

/** A key's name: its RFC 7638 thumbprint. */
export async function kidOf(jwk: StoredJwk): Promise<string> {
  return await calculateJwkThumbprint({ ...jwk });
}
