import { z } from 'zod';
import { entityIdSchema } from './entity-claims.ts';
import type { JwkSet } from './public-key.ts';
import { type Signer, signCompact } from './signer.ts';
import { keysOf, verifyCompact } from './strict-jws.ts';
import { requireTimely } from './token-times.ts';
import { TrustError } from './trust-error.ts';

export const TRUST_MARK_TYP = 'trust-mark+jwt';
export const MAX_TRUST_MARK_BYTES = 8192;

/** Claims of a trust mark (OpenID Federation 1.0 section 7.1); here every mark ends, so `exp` is required. */
export const trustMarkClaimsSchema = z
  .object({
    iss: entityIdSchema,
    sub: entityIdSchema,
    trust_mark_type: z.url().max(512),
    iat: z.int().nonnegative(),
    exp: z.int().nonnegative(),
    ref: z.url().max(1024).exactOptional(),
    // Nobody delegates marks here, and a delegation that is not checked must not be overlooked (section 7.3, step 9).
    delegation: z.never().exactOptional(),
  })
  .refine(({ iat, exp }) => exp > iat, 'exp must be after iat');
export type TrustMarkClaims = z.infer<typeof trustMarkClaimsSchema>;

export interface ExpectedTrustMark {
  /** The issuer that the federation accepts for this type, and the keys that its chain vouches for. */
  readonly issuer: string;
  readonly issuerJwks: JwkSet;
  readonly subject: string;
  readonly trustMarkType: string;
  readonly atS: number;
}

/**
 * Verifies a trust mark (section 7.3). Whether the issuer may issue this type is settled before; whether the mark was
 * withdrawn meanwhile is the status endpoint's to say. Throws a TrustError.
 */
export async function verifyTrustMark(token: string, expected: ExpectedTrustMark): Promise<TrustMarkClaims> {
  const { payload } = await verifyCompact(token, keysOf(expected.issuerJwks, expected.atS), {
    maxBytes: MAX_TRUST_MARK_BYTES,
    typ: TRUST_MARK_TYP,
  });
  const parsed = trustMarkClaimsSchema.safeParse(payload);
  if (!parsed.success) throw new TrustError('trust_mark_invalid', 'the trust mark has not the documented claims');
  const claims = parsed.data;
  if (claims.iss !== expected.issuer) throw new TrustError('issuer_mismatch', 'the trust mark has another issuer');
  if (claims.sub !== expected.subject) throw new TrustError('subject_mismatch', 'the trust mark is for another entity');
  if (claims.trust_mark_type !== expected.trustMarkType) {
    throw new TrustError('trust_mark_invalid', 'the trust mark is of another type');
  }
  requireTimely('trust mark', claims, expected.atS);
  return claims;
}

/** Signs a trust mark after checking its form. Throws `trust_mark_invalid`. */
export async function signTrustMark(claims: TrustMarkClaims, signer: Signer): Promise<string> {
  if (!trustMarkClaimsSchema.safeParse(claims).success) {
    throw new TrustError('trust_mark_invalid', 'the trust mark has not the documented claims');
  }
  return signCompact({ typ: TRUST_MARK_TYP }, { ...claims }, signer);
}
