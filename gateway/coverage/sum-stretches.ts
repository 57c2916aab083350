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
 * up to the next day, and days from there on. Hours and days hold the minutes up to `rolledUpTo` alone; those `since` then are
 * read one by one, and may still be added to. Each minute is in exactly one of the rows.
 */
export function stretchesAfter(
  minute: number,
  perMinutes: number,
  rolledUpTo: number,
): { readonly over: Stretch[]; readonly since: Stretch[] } {
  const spans = SPANS.filter((span) => span <= Math.max(1, perMinutes));
  const over: Stretch[] = [];
  let from = minute + 1;
  for (const [at, span] of spans.entries()) {
    const wider = spans[at + 1];
    const end = wider === undefined ? NEVER : Math.ceil(from / wider) * wider;
    const until = span === 1 ? Math.min(end, rolledUpTo + 1) : end;
    if (from < until) over.push({ span, from, until });
    from = end;
  }
  return { over, since: [{ span: 1, from: Math.max(minute, rolledUpTo) + 1, until: NEVER }] };
}
