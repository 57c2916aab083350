import { z } from 'zod';
import { entityIdSchema } from './entity-claims.ts';
import { CLOCK_SKEW_S } from './entity-statement.ts';
import { type KeyLife, pastKeys } from './key-lifecycle.ts';
import { type JwkSet, type PublicJwk, publicJwkSchema } from './public-key.ts';
import { type Signer, signCompact } from './signer.ts';
import { keysOf, verifyCompact } from './strict-jws.ts';
import { TrustError } from './trust-error.ts';

/** JWS `typ` of a signed historical key set (OpenID Federation 1.0 section 8.7.2). */
export const HISTORICAL_KEYS_TYP = 'jwk-set+jwt';
export const MAX_HISTORICAL_KEYS_LENGTH = 65_536;

const claimsSchema = z.object({
  iss: entityIdSchema,
  iat: z.int().nonnegative(),
  keys: z.array(publicJwkSchema).max(256),
});

/** Signs the keys that an entity no longer uses, with the time that each one's window ended or it was revoked. */
export async function signHistoricalKeys(
  entityId: string,
  lives: readonly KeyLife[],
  nowS: number,
  signer: Signer,
): Promise<string> {
  return await signCompact({ typ: HISTORICAL_KEYS_TYP }, { iss: entityId, iat: nowS, keys: pastKeys(lives) }, signer);
}

/** Verifies an entity's historical key set with its federation keys. Throws TrustError. */
export async function verifyHistoricalKeys(
  token: string,
  expected: { readonly issuer: string; readonly jwks: JwkSet; readonly atS: number },
): Promise<readonly PublicJwk[]> {
  const options = { maxBytes: MAX_HISTORICAL_KEYS_LENGTH, typ: HISTORICAL_KEYS_TYP };
  const { payload } = await verifyCompact(token, keysOf(expected.jwks, expected.atS), options);
  const parsed = claimsSchema.safeParse(payload);
  if (!parsed.success) throw new TrustError('claims_invalid', 'the historical key set has not the documented claims');
  if (parsed.data.iss !== expected.issuer) throw new TrustError('issuer_mismatch', 'the keys are another entity’s');
  if (parsed.data.iat > expected.atS + CLOCK_SKEW_S) {
    throw new TrustError('not_yet_valid', 'the historical key set is from the future');
  }
  return parsed.data.keys;
}
