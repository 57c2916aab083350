import { calculateJwkThumbprint } from 'jose';
import { z } from 'zod';
import { mandateIdSchema } from '../../schemas/mandate.ts';
import { entityIdSchema, numericDateSchema } from '../../schemas/status.ts';
import { MAX_CODE_LENGTH } from '../../schemas/verification.ts';
import { CLOCK_SKEW_S } from './entity-statement.ts';
import { type PublicJwk, publicJwkSchema } from './public-key.ts';
import { type Signer, signCompact } from './signer.ts';
import { parseCompact, verifyCompact } from './strict-jws.ts';
import { TrustError } from './trust-error.ts';

/** JWS `typ` of an auditor's question. */
export const AUDIT_REQUEST_TYP = 'audit-request+jwt';
export const MAX_AUDIT_REQUEST_LENGTH = 16_384;
/** How old a question may be: also how long its `jti` has to be remembered. */
export const AUDIT_REQUEST_LIFETIME_S = 60;

/** What an auditor signs. `attestation` is the `jti` of the answer that gave rise to it, for the auditor's own file. */
export const auditRequestClaimsSchema = z.strictObject({
  iss: entityIdSchema,
  aud: entityIdSchema,
  iat: numericDateSchema,
  jti: z.string().min(16).max(64),
  code: z.string().min(1).max(MAX_CODE_LENGTH),
  mandate: mandateIdSchema,
  attestation: z.string().min(16).max(64).exactOptional(),
});
export type AuditRequestClaims = z.infer<typeof auditRequestClaimsSchema>;

/** The body of POST /v1/audits. A mandate pins an auditor's key by its thumbprint alone, so the key comes along. */
export const auditBodySchema = z.strictObject({
  request: z.string().max(MAX_AUDIT_REQUEST_LENGTH),
  key: publicJwkSchema,
});

export function signAuditRequest(claims: AuditRequestClaims, signer: Signer): Promise<string> {
  return signCompact({ typ: AUDIT_REQUEST_TYP }, { ...claims }, signer);
}

export interface AuditQuestion {
  readonly claims: AuditRequestClaims;
  /** RFC 7638 thumbprint of the key that signed: what a mandate has to name. */
  readonly jkt: string;
}

/**
 * Reads an auditor's question and checks its signature with the key shown beside it. Whether that key is an auditor's is
 * for the mandate to say, by its thumbprint. Throws TrustError.
 */
export async function verifyAuditRequest(
  request: string,
  key: PublicJwk,
  expected: { readonly audience: string; readonly atS: number },
): Promise<AuditQuestion> {
  const options = { maxBytes: MAX_AUDIT_REQUEST_LENGTH, typ: AUDIT_REQUEST_TYP };
  const { header } = parseCompact(request, options);
  const { payload } = await verifyCompact(request, { ...key, kid: header.kid }, options);
  const parsed = auditRequestClaimsSchema.safeParse(payload);
  if (!parsed.success) throw new TrustError('claims_invalid', 'the request has not the documented claims');
  const { aud, iat } = parsed.data;
  if (aud !== expected.audience) throw new TrustError('audience_mismatch', 'the request is for another gateway');
  if (iat > expected.atS + CLOCK_SKEW_S) throw new TrustError('not_yet_valid', 'the request is from the future');
  if (iat <= expected.atS - AUDIT_REQUEST_LIFETIME_S) throw new TrustError('expired', 'the request is too old');
  const bare = { kty: key.kty, crv: key.crv, x: key.x, ...('y' in key ? { y: key.y } : {}) };
  return { claims: parsed.data, jkt: await calculateJwkThumbprint(bare) };
}
