import {
  SECURITY_EVENT_TYP,
  type SecurityEventClaims,
  securityEventClaimsSchema,
} from '../../schemas/security-event.ts';
import { CLOCK_SKEW_S } from './entity-statement.ts';
import type { JwkSet, Sm2Verifier } from './public-key.ts';
import { keysOf, parseCompact, verifyCompact } from './strict-jws.ts';
import { TrustError } from './trust-error.ts';

const MAX_EVENT_LENGTH = 8_192;
/** Older than this it is no news: whoever sent it signs it again. Bounds how long its `jti` has to be remembered. */
export const MAX_EVENT_AGE_S = 600;

export interface EventChecks {
  readonly audience: string;
  readonly atS: number;
  readonly sm2Verify: Sm2Verifier;
}

const OPTIONS = {
  maxBytes: MAX_EVENT_LENGTH,
  typ: SECURITY_EVENT_TYP,
  algs: ['ES256', 'EdDSA', 'SM2'],
} as const;

/** Whom a Security Event Token claims to be from: good only for finding the keys. Throws TrustError. */
export function claimedIssuer(token: string): string {
  const { iss } = parseCompact(token, OPTIONS).payload;
  if (typeof iss !== 'string') throw new TrustError('claims_invalid', 'the event names no issuer');
  return iss;
}

/** Verifies a Security Event Token (RFC 8417) by its issuer's keys: signature, issuer, audience, age. Throws TrustError. */
export async function verifySecurityEvent(
  token: string,
  issuer: { readonly entityId: string; readonly jwks: JwkSet },
  { audience, atS, sm2Verify }: EventChecks,
): Promise<SecurityEventClaims> {
  const { payload } = await verifyCompact(token, keysOf(issuer.jwks, atS), { ...OPTIONS, sm2Verify });
  const parsed = securityEventClaimsSchema.safeParse(payload);
  if (!parsed.success) throw new TrustError('claims_invalid', 'the event has not the documented claims');
  const claims = parsed.data;
  if (claims.iss !== issuer.entityId) throw new TrustError('issuer_mismatch', 'the event is by another entity');
  const audiences = typeof claims.aud === 'string' ? [claims.aud] : claims.aud;
  if (!audiences.includes(audience)) throw new TrustError('audience_mismatch', 'the event is for somebody else');
  if (claims.iat > atS + CLOCK_SKEW_S) throw new TrustError('not_yet_valid', 'the event is from the future');
  if (claims.iat < atS - MAX_EVENT_AGE_S) throw new TrustError('expired', 'the event is too old');
  return claims;
}
