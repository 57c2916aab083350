import { UpstreamBusy, type UpstreamError } from '../../adapters/upstream-error.ts';
import type { FailureReason, ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Told, Unknowable } from './knowledge.ts';
import type { AskContext } from './verification-context.ts';

/** Counts a province's failure and says it in the venue's closed words. */
export function failed(context: Pick<AskContext, 'metrics'>, province: ProvinceCode, error: UpstreamError): Told {
  context.metrics.upstreamErrors.inc({ province, code: error.code });
  return unknowable(reasonsOf(error), error.code === 'busy' ? busyFor(error) : null);
}

/** The province's node says that its own system gave no answer. */
export function unavailable(
  context: Pick<AskContext, 'metrics'>,
  province: ProvinceCode,
  reasons: readonly FailureReason[],
): Told {
  context.metrics.upstreamErrors.inc({ province, code: 'node_unavailable' });
  return unknowable(reasons, null);
}

function unknowable(reasons: readonly FailureReason[], busy: Unknowable['busy']): Told {
  return { kind: 'unknowable', reasons, assurance: 'transport', busy, validUntilMs: Number.POSITIVE_INFINITY };
}

function busyFor(error: UpstreamError): NonNullable<Unknowable['busy']> {
  return { retryAfterMs: error instanceof UpstreamBusy ? error.retryAfterMs : null };
}

function reasonsOf(error: UpstreamError): FailureReason[] {
  switch (error.code) {
    case 'timeout':
    case 'connect_failed':
    case 'certificate':
    case 'reset':
    case 'status':
    case 'busy':
    case 'breaker_open':
    case 'credentials':
    case 'address_refused':
      return ['issuer_unavailable'];
    case 'redirect':
    case 'oversize':
    case 'malformed':
    case 'encoding':
    case 'undeclared':
    case 'statement_mismatch':
      return ['issuer_unavailable', 'issuer_reply_invalid'];
    case 'signature':
      return ['issuer_unavailable', 'issuer_signature_invalid'];
  }
}
