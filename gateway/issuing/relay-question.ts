import { UpstreamError } from '../../adapters/upstream-error.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { ProblemError } from '../problem-error.ts';
import { answeredByNobody } from '../upstream/nobody.ts';
import type { RelayedQuestion, RelayedReply, RelayPools } from '../upstream/relay-pools.ts';

/** An issuer elsewhere, whom the registry vouches for. */
export interface RelayedIssuer {
  readonly entityId: string;
  readonly province: ProvinceCode;
}

/** With less than this left there is no use in asking. */
const LEAST_MS = 100;

/**
 * Hands somebody's question on to its issuer, and the reply back as it came. An issuer whom nobody reaches, for whom there
 * may be another way, is told apart from one that misbehaves, and from a relay that has too much under way to it. Throws
 * ProblemError `node_unreachable`, `node_reply_invalid`, `unavailable`.
 */
export async function relayQuestion(
  pools: Pick<RelayPools, 'ask'>,
  { entityId }: RelayedIssuer,
  question: RelayedQuestion,
): Promise<RelayedReply> {
  if (question.withinMs < LEAST_MS) throw new ProblemError('node_unreachable', 'no time is left to ask');
  try {
    return await pools.ask(entityId, question);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    if (error.code === 'busy') {
      throw new ProblemError('unavailable', 'too many questions are under way to that issuer', { 'retry-after': '1' });
    }
    throw new ProblemError(answeredByNobody(error) ? 'node_unreachable' : 'node_reply_invalid');
  }
}
