import type { Purpose } from '../../schemas/code-lists/index.ts';
import type { Mandate } from '../../schemas/mandate.ts';
import type { Venue } from '../access/venue-tokens.ts';
import { permitCheck } from '../policy/mandates.ts';
import { ProblemError } from '../problem-error.ts';
import type { RegistryState } from '../registry/registry-state.ts';

/**
 * Step 2: no mandate, no check (December 2020 notice). The code has not been looked at when this refuses. Throws
 * ProblemError `check_not_permitted`.
 */
export function permit(state: RegistryState, venue: Venue, purpose: Purpose, nowMs: number): Mandate {
  const mandate = permitCheck(state.mandates, { region: venue.region, venueKind: venue.kind, purpose, nowMs });
  if (mandate === null) throw new ProblemError('check_not_permitted');
  return mandate;
}
