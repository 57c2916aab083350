import type { Translation } from '../../adapters/translate.ts';
import { UpstreamError } from '../../adapters/upstream-error.ts';
import type { FailureReason } from '../../schemas/code-lists/index.ts';
import type { ProvinceAnswer } from '../upstream/question.ts';
import type { Subject } from './recognise-code.ts';
import type { RecallContext } from './verification-context.ts';

/** What the province said, or why nothing can be known. `statement` is its signed statement, disclosures included. */
export type Obtained =
  | {
      readonly kind: 'answer';
      readonly translation: Omit<Translation, 'unmapped'>;
      readonly statement: string | null;
    }
  /** By the province's node, which alone has seen the record. */
  | Extract<ProvinceAnswer, { kind: 'stated' | 'absent' }>
  | {
      readonly kind: 'unknowable';
      readonly reasons: readonly FailureReason[];
      /** Nothing is wrong there but that it is asked too much. */
      readonly isBusy: boolean;
    };

export type ObtainContext = Pick<RecallContext, 'ask' | 'metrics'>;

/**
 * Step 4: asks the issuing province, its node or its own system. A failure is not an answer: it becomes `unknowable`,
 * never a colour.
 */
export async function obtainStatement(context: ObtainContext, { adapter, ...question }: Subject): Promise<Obtained> {
  const { province } = adapter.manifest;
  const started = performance.now();
  try {
    const answer = await context.ask(adapter, question);
    if (answer.kind === 'absent' || answer.kind === 'stated') return answer;
    if (answer.kind === 'unavailable') {
      context.metrics.upstreamErrors.inc({ province, code: 'node_unavailable' });
      return { kind: 'unknowable', reasons: answer.reasons, isBusy: false };
    }
    const { unmapped, ...translation } = answer.translation;
    for (const field of unmapped) context.metrics.unmappedValues.inc({ issuer: province, field });
    return { kind: 'answer', translation, statement: answer.statement };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return { kind: 'unknowable', reasons: failure(context, province, error), isBusy: error.code === 'busy' };
  } finally {
    context.metrics.upstreamSeconds.observe({ province }, (performance.now() - started) / 1000);
  }
}

/** Counts a province's failure and says it in the venue's closed words. */
export function failure(
  context: Pick<ObtainContext, 'metrics'>,
  province: string,
  error: UpstreamError,
): FailureReason[] {
  context.metrics.upstreamErrors.inc({ province, code: error.code });
  return reasonsOf(error);
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
