import { SPANS } from './coverage-tables.ts';

/** Minutes from one on and before another that are read in rows of one span. */
export interface Stretch {
  readonly span: (typeof SPANS)[number];
  readonly from: number;
  readonly until: number;
}

/** More minutes than there are, in whole days. */
const NEVER = 1_440_000_000;

/**
 * Which rows make up all minutes after one, where none may span more than `perMinutes`: minutes up to the next hour, hours
 * up to the next day, and days from there on. Hours and days hold the minutes up to `rolledUpTo` alone; those since then are
 * read one by one. Each minute is in exactly one of the rows.
 */
export function stretchesAfter(minute: number, perMinutes: number, rolledUpTo: number): Stretch[] {
  const spans = SPANS.filter((span) => span <= Math.max(1, perMinutes));
  const stretches: Stretch[] = [];
  let from = minute + 1;
  for (const [at, span] of spans.entries()) {
    const wider = spans[at + 1];
    const until = wider === undefined ? NEVER : Math.ceil(from / wider) * wider;
    if (from < until) stretches.push({ span, from, until });
    if (at === 0 && wider !== undefined) {
      stretches.push({ span, from: Math.max(until, rolledUpTo + 1), until: NEVER });
    }
    from = until;
  }
  return stretches;
}
