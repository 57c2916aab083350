import { clientOf, type Venue } from '../access/venue-tokens.ts';
import { ProblemError } from '../problem-error.ts';
import { type Recalled, recallAnswer } from './recall-answer.ts';
import type { Subject } from './recognise-code.ts';
import type { VerificationContext } from './verification-context.ts';

/**
 * As `recallAnswer`, and counts for whom a province knew its code and for whom not: whoever guesses codes is held. What was
 * remembered is not counted as known, or somebody could guess at every other question and repeat one good code between.
 */
export async function recallCounted(context: VerificationContext, venue: Venue, subject: Subject): Promise<Recalled> {
  const { unknownCodes, signals, nowMs } = context;
  const { province } = subject.adapter.manifest;
  try {
    const recalled = await recallAnswer(context, subject);
    if (recalled.path === 'cold' && recalled.kind === 'claims') unknownCodes.note(clientOf(venue), province, false);
    return recalled;
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'code_unrecognised') {
      signals.noteUnknown(province, unknownCodes.note(clientOf(venue), province, true), nowMs());
    }
    throw error;
  }
}
