import { UpstreamError } from '../../adapters/upstream-error.ts';
import { adapterIdOf } from '../../schemas/adapter-id.ts';
import { ProblemError } from '../problem-error.ts';
import type { ProvinceAnswer } from '../upstream/question.ts';
import { assureStatement } from './assure-statement.ts';
import type { Absent, Told } from './knowledge.ts';
import type { Subject } from './recognise-code.ts';
import { failed, unavailable } from './unknowable.ts';
import type { AskContext } from './verification-context.ts';

/**
 * Steps 4 and 5 past every cache, for whoever has to know: a scan that no cache could answer, an auditor, another
 * province's gateway. All of them come within the province's rate, behind its breaker, timed and counted. A failure is no
 * answer: it becomes `unknowable`, never a colour. Throws ProblemError `rate_limited`, where nobody was asked.
 */
export async function askProvince(context: AskContext, subject: Subject): Promise<Told | Absent> {
  const { province } = subject.adapter.manifest;
  const id = adapterIdOf(subject.adapter.manifest);
  // Of each system, so that the travellers of one city do not use up what another's system bears.
  const refused = context.provinceLimit.take(id);
  if (refused !== null) throw new ProblemError('rate_limited', undefined, refused);
  const startedMs = performance.now();
  let answer: ProvinceAnswer | UpstreamError;
  try {
    answer = await context.ask(subject.adapter, subject);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    answer = error;
  }
  const tookMs = performance.now() - startedMs;
  if (answer instanceof UpstreamError) {
    // Where nobody was asked nothing took that time.
    if (answer.code !== 'breaker_open') context.metrics.upstreamSeconds.observe({ province }, tookMs / 1000);
    return failed(context, province, answer);
  }
  context.answerTimes.note(id, tookMs);
  context.metrics.upstreamSeconds.observe({ province }, tookMs / 1000);
  switch (answer.kind) {
    case 'absent':
      return answer;
    case 'unavailable':
      return unavailable(context, province, answer.reasons);
    case 'found':
    case 'stated': {
      const told = assureStatement(context, subject, answer);
      return told instanceof Promise ? await told : told;
    }
  }
}
