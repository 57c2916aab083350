import { UpstreamError } from '../../adapters/upstream-error.ts';
import type { ReasonCode } from '../../schemas/code-lists/index.ts';
import type { StatusClaims } from '../../schemas/statement.ts';
import type { Assurance } from '../../schemas/status.ts';
import { openStatement } from '../trust/status-statement.ts';
import { TrustError } from '../trust/trust-error.ts';
import { failure, type Obtained } from './obtain-statement.ts';
import type { Subject } from './recognise-code.ts';
import type { VerificationContext } from './verification-context.ts';

/** Claims with what stands behind them. `statement` is null for a plain API: there is nothing to show. */
export type Assured =
  | {
      readonly kind: 'claims';
      readonly claims: StatusClaims;
      readonly localGroundOnly: boolean;
      readonly reasons: readonly ReasonCode[];
      readonly unmapped: readonly string[];
      readonly assurance: Assurance;
      readonly statement: string | null;
    }
  | { readonly kind: 'unknowable'; readonly reasons: readonly ReasonCode[]; readonly assurance: 'transport' };

/**
 * Step 5: verifies the province's signature where it signs. What was signed must be what the record translates to; a
 * bad signature or a disagreement is the province's failure, and then nobody can tell.
 */
export async function assureStatement(
  context: VerificationContext,
  { adapter }: Subject,
  obtained: Obtained,
): Promise<Assured> {
  if (obtained.kind === 'unknowable') return { ...obtained, assurance: 'transport' };
  const { statement, translation } = obtained;
  if (statement === null) return { kind: 'claims', ...translation, assurance: 'transport', statement: null };
  const { province } = adapter.manifest;
  try {
    const claims = await signedClaims(context, province, statement);
    if (claims.status !== translation.claims.status) {
      throw new UpstreamError('statement_mismatch', 'the signed statement and the record disagree');
    }
    return { kind: 'claims', ...translation, claims, assurance: 'province-signed', statement };
  } catch (error) {
    const failed = error instanceof TrustError ? untrusted(error) : error;
    if (!(failed instanceof UpstreamError)) throw failed;
    return { kind: 'unknowable', reasons: failure(context, province, failed), assurance: 'transport' };
  }
}

async function signedClaims(
  context: VerificationContext,
  province: Subject['adapter']['manifest']['province'],
  statement: string,
): Promise<StatusClaims> {
  const issuer = await context.issuerKeys(province);
  const checks = { atS: Math.floor(context.nowMs() / 1000), sm2Verify: context.sm2Verify };
  const { claims } = await openStatement(statement, issuer.entityId, issuer.jwks, checks);
  return claims;
}

function untrusted(error: TrustError): UpstreamError {
  return new UpstreamError('signature', "the province's statement does not verify", { cause: error });
}
