import { clientOf, type Venue } from '../access/venue-tokens.ts';
import type { Recalled } from './knowledge.ts';
import type { Subject } from './recognise-code.ts';
import type { VerificationContext } from './verification-context.ts';

/**
 * Counts for whom a province knew its code and for whom not: whoever guesses codes is held. What was remembered is not
 * counted as known, or somebody could guess at every other question and repeat one good code between.
 */
export function noteUnknownCodes(
  { unknownCodes, signals, nowMs }: Pick<VerificationContext, 'unknownCodes' | 'signals' | 'nowMs'>,
  venue: Venue,
  { adapter }: Subject,
  recalled: Recalled,
): void {
  const { province } = adapter.manifest;
  if (recalled.kind === 'claims' && recalled.path === 'cold') unknownCodes.note(clientOf(venue), province, false);
  if (recalled.kind !== 'absent' || recalled.why !== 'unknown') return;
  signals.noteUnknown(province, unknownCodes.note(clientOf(venue), province, true), nowMs());
}
