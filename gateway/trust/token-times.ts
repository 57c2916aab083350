import { CLOCK_SKEW_S } from '../../schemas/clocks.ts';
import { TrustError } from './trust-error.ts';

/**
 * Refuses a token outside its time: `iat` may be ahead of the clock by what honest clocks differ, `exp` gets `graceS`
 * seconds and usually none, since it also bounds what caches may keep. Throws `not_yet_valid` or `expired` with how far
 * off the clock is: where it is the verifier's own that is wrong, asking again would never help.
 */
export function requireTimely(
  what: string,
  { iat, exp }: { readonly iat: number; readonly exp: number },
  atS: number,
  graceS = 0,
): void {
  if (iat > atS + CLOCK_SKEW_S) {
    throw new TrustError('not_yet_valid', `the ${what} is from the future`, { clockOffS: iat - atS });
  }
  // A clock that gives no number has not come to any time, so nothing is in date by it.
  if (!(atS - graceS < exp)) throw new TrustError('expired', `the ${what} has expired`, { clockOffS: exp - atS });
}
