import type { JWK } from 'jose';
import { z } from 'zod';
import { keyOctetsSchema } from '../../schemas/key-octets.ts';
import { openVerifier, type VerifyBytes } from './signature.ts';
import { TrustError } from './trust-error.ts';

/** The closed list of signature algorithms. SM2 counts only where a caller hands in a verifier for it. */
export type JwsAlg = 'ES256' | 'EdDSA' | 'SM2';

/** Checks an SM2 signature over the signing input; the key is an EC JWK with `crv` "SM2". */
export type Sm2Verifier = (signingInput: Uint8Array, signature: Uint8Array, jwk: JWK) => boolean;

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
  x: keyOctetsSchema,
  y: keyOctetsSchema,
  alg: z.literal('ES256').exactOptional(),
  ...described,
  ...isPublic,
});
const ed25519Schema = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: keyOctetsSchema,
  alg: z.literal('EdDSA').exactOptional(),
  ...described,
  ...isPublic,
});
const sm2Schema = z.object({
  kty: z.literal('EC'),
  crv: z.literal('SM2'),
  x: keyOctetsSchema,
  y: keyOctetsSchema,
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

/** Verifies one signature with one key, after checking that key and algorithm fit. Throws unless it is good. */
export async function checkSignature(...given: Parameters<typeof isSignedBy>): Promise<void> {
  if (!(await isSignedBy(...given))) throw badSignature();
}

export function badSignature(): TrustError {
  return new TrustError('signature_invalid', 'the signature does not verify');
}

/**
 * Whether a signature is good, after checking that key and algorithm fit: at once where node is there, and a promise in a
 * browser. Throws TrustError where they do not fit, or where the key is none.
 */
export function isSignedBy(
  alg: JwsAlg,
  jwk: JWK,
  signingInput: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  sm2Verify: Sm2Verifier | undefined,
): boolean | Promise<boolean> {
  const key = fittingKey(alg, jwk);
  if (key.crv !== 'SM2') return verifierOf(key)(signingInput, signature);
  if (sm2Verify === undefined) throw new TrustError('alg_not_allowed', 'SM2 is not accepted here');
  return sm2Says(sm2Verify, key, signingInput, signature);
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

function sm2Says(verify: Sm2Verifier, key: PublicJwk, signingInput: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(signingInput, signature, key);
  } catch (error) {
    throw new TrustError('signature_invalid', 'the SM2 signature cannot be read', { cause: error });
  }
}

type LocalKey = Exclude<PublicJwk, { crv: 'SM2' }>;

const MAX_OPEN_KEYS = 512;
/** By what makes a key: two spellings of one are one. */
const openKeys = new Map<string, VerifyBytes>();
/** The same for a key in hand, which is the same object for as long as its chain stands. */
const openByKey = new WeakMap<LocalKey, VerifyBytes>();

function verifierOf(key: LocalKey): VerifyBytes {
  const known = openByKey.get(key) ?? openKeys.get(keyIdentity(key)) ?? openKey(key);
  openByKey.set(key, known);
  return known;
}

function openKey(key: LocalKey): VerifyBytes {
  const { kty, crv, x } = key;
  const verify =
    key.crv === 'P-256' ? openVerifier('ES256', { kty, crv, x, y: key.y }) : openVerifier('EdDSA', { kty, crv, x });
  // A stranger may present many keys: the cache stays bounded, oldest out first.
  if (openKeys.size >= MAX_OPEN_KEYS) openKeys.delete(openKeys.keys().next().value ?? '');
  openKeys.set(keyIdentity(key), verify);
  return verify;
}
