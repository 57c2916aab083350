import type { CoverageCell } from '../../schemas/coverage.ts';

/** Fewer greens than this say nothing. */
const LEAST_GREENS = 20;
/** A fall is at least this many percentage points. */
const LEAST_FALL = 0.1;
/** One in thirty thousand, where nothing has changed. */
const LEAST_DEVIATIONS = 4;

type Greens = Pick<CoverageCell, 'green' | 'recognised'>;

/**
 * The published rule: recognition has fallen where, of the greens of the last ten minutes, a share passed that is at least
 * ten percentage points below the usual one, with 20 greens or more, and further below it than chance would have it:
 * four standard deviations of a share of so many. The same rule for everybody, with nothing to set.
 */
export function hasFallen(lately: Greens, day: Greens): boolean {
  if (lately.green < LEAST_GREENS) return false;
  const usual = usualShare(lately, day);
  const fall = usual - lately.recognised / lately.green;
  const deviation = Math.sqrt(Math.max(usual * (1 - usual), 1 / lately.green) / lately.green);
  return fall >= LEAST_FALL && fall >= LEAST_DEVIATIONS * deviation;
}

/**
 * The share of greens, 0 to 1, that the last minutes are compared with: that of the day before them, since what they added
 * to the day would hide a part of their own fall; all of them where too few greens came before to tell.
 */
export function usualShare(lately: Greens, day: Greens): number {
  const earlier = { green: day.green - lately.green, recognised: day.recognised - lately.recognised };
  return earlier.green < LEAST_GREENS ? 1 : earlier.recognised / earlier.green;
}
