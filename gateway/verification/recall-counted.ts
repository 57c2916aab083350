import { clientOf, type Venue } from '../access/venue-tokens.ts';
import type { Recalled } from './knowledge.ts';
import { recallAnswer } from './recall-answer.ts';
import type { Subject } from './recognise-code.ts';
import type { VerificationContext } from './verification-context.ts';

/**
 * As `recallAnswer`, and counts for whom a province knew its code and for whom not: whoever guesses codes is held. What was
 * remembered is not counted as known, or somebody could guess at every other question and repeat one good code between.
 */
export async function recallCounted(context: VerificationContext, venue: Venue, subject: Subject): Promise<Recalled> {
  const { unknownCodes, signals, nowMs } = context;
  const { province } = subject.adapter.manifest;
  const recalled = await recallAnswer(context, subject);
  if (recalled.kind === 'claims' && recalled.path === 'cold') unknownCodes.note(clientOf(venue), province, false);
  if (recalled.kind === 'absent' && recalled.why === 'unknown') {
    signals.noteUnknown(province, unknownCodes.note(clientOf(venue), province, true), nowMs());
  }
  return recalled;
}
