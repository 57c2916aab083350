import type { Decision } from '../../../schemas/status.ts';
import { decisionOf, type Outcome } from '../asking/outcome.ts';

/** How many of a shift came to what. In the page's memory alone, and nothing but numbers. */
export type Counts = Readonly<Record<Decision | 'other', number>>;

export const NO_COUNTS: Counts = { pass: 0, restrict: 0, refer: 0, other: 0 };

export function counted(counts: Counts, outcome: Outcome): Counts {
  const kind = decisionOf(outcome) ?? 'other';
  return { ...counts, [kind]: counts[kind] + 1 };
}
