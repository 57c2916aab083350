import { UpstreamError } from '../../adapters/upstream-error.ts';
import type { ReasonCode } from '../../schemas/code-lists/index.ts';
import type { StatusClaims } from '../../schemas/statement.ts';
import type { Assurance } from '../../schemas/status.ts';
import { openStatement } from '../trust/status-statement.ts';
import { TrustError } from '../trust/trust-error.ts';
import { failure, type Obtained } from './obtain-statement.ts';
import type { Subject } from './recognise-code.ts';
import type { RecallContext } from './verification-context.ts';

/** Claims with what stands behind them. `statement` is null for a plain API: there is nothing to show. */
export type Assured =
  | {
      readonly kind: 'claims';
      readonly claims: StatusClaims;
      readonly localGroundOnly: boolean;
      readonly reasons: readonly ReasonCode[];
      readonly assurance: Assurance;
      readonly statement: string | null;
    }
  | { readonly kind: 'unknowable'; readonly reasons: readonly ReasonCode[]; readonly assurance: 'transport' };

/** `validUntilMs`: when what vouches for the claims ends, statement or chain; infinity where nobody signed. */
export interface Assessment {
  readonly assured: Assured;
  readonly validUntilMs: number;
}

/**
 * Step 5: verifies the province's signature where it signs. What was signed must be what the record translates to; a
 * bad signature or a disagreement is the province's failure, and then nobody can tell.
 */
export async function assureStatement(
  context: RecallContext,
  { adapter }: Subject,
  obtained: Exclude<Obtained, { kind: 'absent' }>,
): Promise<Assessment> {
  if (obtained.kind === 'unknowable') return unsigned({ ...obtained, assurance: 'transport' });
  const { statement, translation } = obtained;
  if (statement === null) return unsigned({ kind: 'claims', ...translation, assurance: 'transport', statement: null });
  const { province } = adapter.manifest;
  try {
    const { claims, validUntilMs } = await signedClaims(context, province, statement);
    if (claims.status !== translation.claims.status) {
      throw new UpstreamError('statement_mismatch', 'the signed statement and the record disagree');
    }
    return {
      assured: { kind: 'claims', ...translation, claims, assurance: 'province-signed', statement },
      validUntilMs,
    };
  } catch (error) {
    const failed = error instanceof TrustError ? untrusted(error) : error;
    if (!(failed instanceof UpstreamError)) throw failed;
    return unsigned({ kind: 'unknowable', reasons: failure(context, province, failed), assurance: 'transport' });
  }
}

async function signedClaims(
  context: RecallContext,
  province: Subject['adapter']['manifest']['province'],
  statement: string,
): Promise<{ readonly claims: StatusClaims; readonly validUntilMs: number }> {
  const checks = { atS: Math.floor(context.nowMs() / 1000), sm2Verify: context.sm2Verify };
  const open = async (reread?: 'reread') => {
    const issuer = await context.issuerKeys(province, reread);
    const { claims, payload } = await openStatement(statement, issuer.entityId, issuer.jwks, checks);
    return { claims, validUntilMs: Math.min(payload.exp, issuer.expS) * 1000 };
  };
  return await open().catch((error: unknown) => {
    // The province may have rotated its key since its chain was read, or have had none then.
    if (error instanceof TrustError && (error.code === 'key_unknown' || error.code === 'invalid_metadata')) {
      return open('reread');
    }
    throw error;
  });
}

function unsigned(assured: Assured): Assessment {
  return { assured, validUntilMs: Number.POSITIVE_INFINITY };
}

function untrusted(error: TrustError): UpstreamError {
  if (error.code === 'fetch_failed') {
    return new UpstreamError('connect_failed', "the province's chain cannot be fetched", { cause: error });
  }
  return new UpstreamError('signature', "the province's statement does not verify", { cause: error });
}
