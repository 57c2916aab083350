import type { Translation } from '../../adapters/translate.ts';
import { UpstreamError } from '../../adapters/upstream-error.ts';
import type { ReasonCode } from '../../schemas/code-lists/index.ts';
import type { Subject } from './recognise-code.ts';
import type { RecallContext } from './verification-context.ts';

/** What the province said, or why nothing can be known. `statement` is its signed statement, disclosures included. */
export type Obtained =
  | {
      readonly kind: 'answer';
      readonly translation: Omit<Translation, 'unmapped'>;
      readonly statement: string | null;
    }
  | { readonly kind: 'absent'; readonly why: 'expired' | 'unknown' }
  | { readonly kind: 'unknowable'; readonly reasons: readonly ReasonCode[] };

/** Step 4: asks the issuing province. A failure is not an answer: it becomes `unknowable`, never a colour. */
export async function obtainStatement(context: RecallContext, { adapter, token }: Subject): Promise<Obtained> {
  const { province } = adapter.manifest;
  const started = performance.now();
  try {
    const answer = await context.ask(adapter, token);
    if (answer.kind === 'absent') return answer;
    const { unmapped, ...translation } = answer.translation;
    for (const field of unmapped) context.metrics.unmappedValues.inc({ issuer: province, field });
    return { kind: 'answer', translation, statement: answer.statement };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return { kind: 'unknowable', reasons: failure(context, province, error) };
  } finally {
    context.metrics.upstreamSeconds.observe({ province }, (performance.now() - started) / 1000);
  }
}

/** Counts a province's failure and says it in the venue's closed words. */
export function failure(context: RecallContext, province: string, error: UpstreamError): ReasonCode[] {
  context.metrics.upstreamErrors.inc({ province, code: error.code });
  return reasonsOf(error);
}

function reasonsOf(error: UpstreamError): ReasonCode[] {
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
    case 'statement_mismatch':
      return ['issuer_unavailable', 'issuer_reply_invalid'];
    case 'signature':
      return ['issuer_unavailable', 'issuer_signature_invalid'];
  }
}
