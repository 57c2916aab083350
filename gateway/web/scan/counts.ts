import type { Decision } from '../../../schemas/status.ts';

/** How many of a shift came to what. In the page's memory alone, and nothing but numbers. */
export type Counts = Readonly<Record<Decision | 'other', number>>;

export const NO_COUNTS: Counts = { pass: 0, restrict: 0, refer: 0, other: 0 };

/** With these among them; null: nothing was decided. */
export function counted(counts: Counts, decisions: readonly (Decision | null)[]): Counts {
  const sum = { ...counts };
  for (const decision of decisions) sum[decision ?? 'other'] += 1;
  return sum;
}
