import type { JWK } from 'jose';
import { z } from 'zod';
import { verifyBytes } from './signature.ts';
import { TrustError } from './trust-error.ts';

/** The closed list of signature algorithms. SM2 counts only where a caller hands in a verifier for it. */
export type JwsAlg = 'ES256' | 'EdDSA' | 'SM2';

/** Checks an SM2 signature over the signing input; the key is an EC JWK with `crv` "SM2". */
export type Sm2Verifier = (signingInput: Uint8Array, signature: Uint8Array, jwk: JWK) => boolean;

/** 32 bytes in base64url: a coordinateSchema, or a private number. */
export const coordinateSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, 'must be 32 bytes in canonical base64url');
const kid = z.string().min(1).max(256);
const epochSeconds = z.int().nonnegative();
const described = {
  kid,
  use: z.literal('sig').exactOptional(),
  key_ops: z.array(z.literal('verify')).length(1).exactOptional(),
  // The life of a key as OpenID Federation 1.0 section 8.7.2 writes it: signatures count before `exp` only, and from
  // `revoked_at` on not at all.
  iat: epochSeconds.exactOptional(),
  exp: epochSeconds.exactOptional(),
  revoked: z.object({ revoked_at: epochSeconds, reason: z.string().max(64).exactOptional() }).exactOptional(),
};
const isPublic = { d: z.never().exactOptional() };

const p256Schema = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: coordinateSchema,
  y: coordinateSchema,
  alg: z.literal('ES256').exactOptional(),
  ...described,
  ...isPublic,
});
const ed25519Schema = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: coordinateSchema,
  alg: z.literal('EdDSA').exactOptional(),
  ...described,
  ...isPublic,
});
const sm2Schema = z.object({
  kty: z.literal('EC'),
  crv: z.literal('SM2'),
  x: coordinateSchema,
  y: coordinateSchema,
  alg: z.literal('SM2').exactOptional(),
  ...described,
  ...isPublic,
});

/** A public signing key with its `kid` (RFC 7517). A private member is refused, other unknown members are dropped. */
export const publicJwkSchema = z.discriminatedUnion('crv', [p256Schema, ed25519Schema, sm2Schema]);
export type PublicJwk = z.infer<typeof publicJwkSchema>;

/** A set of 1 to 16 public keys whose `kid`s differ (OpenID Federation 1.0 section 3.1.1). */
export const jwkSetSchema = z.object({
  keys: z
    .array(publicJwkSchema)
    .min(1)
    .max(16)
    .refine((keys) => new Set(keys.map((key) => key.kid)).size === keys.length, 'kids must differ'),
});
export type JwkSet = z.infer<typeof jwkSetSchema>;

interface KeyMaterial {
  readonly kty?: string | undefined;
  readonly crv?: string | undefined;
  readonly x?: string | undefined;
  readonly y?: string | undefined;
}

/** The RFC 7638 thumbprint's input: equal for two keys exactly when they are the same key, whatever their `kid`. */
export function keyIdentity(jwk: KeyMaterial): string {
  return JSON.stringify(
    jwk.kty === 'OKP' ? { crv: jwk.crv, kty: jwk.kty, x: jwk.x } : { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y },
  );
}

const MAX_IMPORTED_KEYS = 512;
const importedKeys = new Map<string, CryptoKey>();

/** Verifies one signature with one key, after checking that key and algorithm fit. Throws unless it is good. */
export async function checkSignature(
  alg: JwsAlg,
  jwk: JWK,
  signingInput: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  sm2Verify: Sm2Verifier | undefined,
): Promise<void> {
  const key = fittingKey(alg, jwk);
  const good = await isGood(key, signingInput, signature, sm2Verify);
  if (!good) throw new TrustError('signature_invalid', 'the signature does not verify');
}

/**
 * The key in its checked form. One made for one algorithm must never verify another's signature (RFC 8725 section 3.1).
 * Throws `key_unknown`, `alg_not_allowed`.
 */
export function fittingKey(alg: JwsAlg, jwk: JWK): PublicJwk {
  const key = checkedKeys.get(jwk) ?? checkedKey(jwk);
  if (algOf(key) !== alg) throw new TrustError('alg_not_allowed', 'the key is for another algorithm');
  return key;
}

/** Keys that were checked before: a resolved chain hands out the same objects until it expires. */
const checkedKeys = new WeakMap<JWK, PublicJwk>();

function checkedKey(jwk: JWK): PublicJwk {
  const parsed = publicJwkSchema.safeParse(jwk);
  if (!parsed.success) throw new TrustError('key_unknown', 'the key is not a usable public key');
  checkedKeys.set(jwk, parsed.data);
  return parsed.data;
}

function algOf(key: PublicJwk): JwsAlg {
  switch (key.crv) {
    case 'P-256':
      return 'ES256';
    case 'Ed25519':
      return 'EdDSA';
    case 'SM2':
      return 'SM2';
  }
}

async function isGood(
  key: PublicJwk,
  signingInput: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  sm2Verify: Sm2Verifier | undefined,
): Promise<boolean> {
  switch (key.crv) {
    case 'P-256':
      return verifyBytes('ES256', await importKey(key), signingInput, signature);
    case 'Ed25519':
      return verifyBytes('EdDSA', await importKey(key), signingInput, signature);
    case 'SM2':
      if (sm2Verify === undefined) throw new TrustError('alg_not_allowed', 'SM2 is not accepted here');
      return sm2Says(sm2Verify, key, signingInput, signature);
  }
}

function sm2Says(verify: Sm2Verifier, key: PublicJwk, signingInput: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(signingInput, signature, key);
  } catch (error) {
    throw new TrustError('signature_invalid', 'the SM2 signature cannot be read', { cause: error });
  }
}

async function importKey(key: PublicJwk): Promise<CryptoKey> {
  const identity = keyIdentity(key);
  const known = importedKeys.get(identity);
  if (known !== undefined) return known;
  const algorithm = key.crv === 'P-256' ? { name: 'ECDSA', namedCurve: 'P-256' } : { name: 'Ed25519' };
  const bare = { kty: key.kty, crv: key.crv, x: key.x, ...('y' in key ? { y: key.y } : {}) };
  const imported = await crypto.subtle.importKey('jwk', bare, algorithm, true, ['verify']).catch((error: unknown) => {
    throw new TrustError('key_unknown', 'the key is not a point on its curve', { cause: error });
  });
  // A stranger may present many keys: the cache stays bounded, oldest out first.
  if (importedKeys.size >= MAX_IMPORTED_KEYS) importedKeys.delete(importedKeys.keys().next().value ?? identity);
  importedKeys.set(identity, imported);
  return imported;
}
