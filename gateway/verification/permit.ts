import type { Purpose } from '../../schemas/code-lists/index.ts';
import type { Mandate } from '../../schemas/mandate.ts';
import type { Venue } from '../access/venue-tokens.ts';
import { permitCheck } from '../policy/mandates.ts';
import { ProblemError } from '../problem-error.ts';
import type { RegistryState } from '../registry/registry-state.ts';
import type { AnsweringGateway, VerificationContext } from './verification-context.ts';

/**
 * Step 1, its second half: a venue is answered by its own province's gateway, and by no other. Throws ProblemError
 * `venue_foreign`: what another province's gateway signed for it would be refused by whoever verifies it.
 */
export function gatewayOf(context: Pick<VerificationContext, 'gatewayOf'>, venue: Venue): AnsweringGateway {
  const gateway = context.gatewayOf(venue.destination);
  if (gateway === null) throw new ProblemError('venue_foreign');
  return gateway;
}

/**
 * Step 2: no mandate, no check (December 2020 notice). The code has not been looked at when this refuses. Throws
 * ProblemError `check_not_permitted`.
 */
export function permit(state: RegistryState, venue: Venue, purpose: Purpose, nowMs: number): Mandate {
  const mandate = permitCheck(state.mandates, { region: venue.region, venueKind: venue.kind, purpose, nowMs });
  if (mandate === null) throw new ProblemError('check_not_permitted');
  return mandate;
}
