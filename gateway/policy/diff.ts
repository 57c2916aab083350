import type { Policy, PolicyException, PolicyRow, RowCondition } from '../../schemas/policy.ts';
import type { Decision } from '../../schemas/status.ts';
import { groupCells } from './cell-groups.ts';
import { cellsByRow } from './check.ts';
import { STRICTNESS } from './floor.ts';
import { rowTables } from './row-tables.ts';

/** Cells that one row decides otherwise than the baseline. `where` matches exactly these `cells` cells. */
export type Deviation = {
  readonly row: number;
  readonly baseline: Decision;
  readonly decision: Decision;
  readonly cells: number;
  readonly where: readonly RowCondition[];
  readonly exception: PolicyException | null;
};

export type PolicyDiff = { readonly stricter: readonly Deviation[]; readonly looser: readonly Deviation[] };

/**
 * Compares what a table itself says with the baseline, over the whole domain and over every period between the dates
 * of its rows: no deviation can hide behind a row that will lapse.
 */
export function diffPolicy(policy: Policy, baseline: Policy): PolicyDiff {
  const national = baselineDecisions(baseline);
  const decided = cellsByRow(policy, rowTables(policy));
  const deviations = policy.rows.flatMap((each, row) => rowDeviations(each, row, decided[row] ?? [], national));
  return {
    stricter: deviations.filter((deviation) => isStricter(deviation.decision, deviation.baseline)),
    looser: deviations.filter((deviation) => isStricter(deviation.baseline, deviation.decision)),
  };
}

/** The stricter rules that bind somebody at `nowMs`: what is published, counted and shown. */
export function deviationsInForce(policy: Policy, diff: PolicyDiff, nowMs: number): Deviation[] {
  if (nowMs < Date.parse(policy.effective_from)) return [];
  return diff.stricter.filter(({ exception }) => exception === null || nowMs < Date.parse(exception.ends_at));
}

function baselineDecisions(baseline: Policy): (Decision | undefined)[] {
  const rowOf = rowTables(baseline)[0]?.rowOf ?? new Uint8Array();
  return Array.from(rowOf, (row) => baseline.rows[row]?.decision);
}

function rowDeviations(
  { decision, exception }: PolicyRow,
  row: number,
  cells: readonly number[],
  national: readonly (Decision | undefined)[],
): Deviation[] {
  const against: Decision[] = ['pass', 'refer', 'restrict'];
  return against.flatMap((baseline) => {
    const here = cells.filter((index) => national[index] === baseline);
    if (here.length === 0) return [];
    return [{ row, baseline, decision, cells: here.length, where: groupCells(here), exception: exception ?? null }];
  });
}

function isStricter(a: Decision, b: Decision): boolean {
  return STRICTNESS[a] > STRICTNESS[b];
}
