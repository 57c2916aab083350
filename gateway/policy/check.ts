import type { Policy, RowCondition } from '../../schemas/policy.ts';
import { groupCells } from './cell-groups.ts';
import { ALL_CELLS } from './cells.ts';
import { holdToFloor } from './floor.ts';
import { NO_ROW, type RowTable, rowTables } from './row-tables.ts';

/** Faults inside one table. Rows are counted from 0; conditions match exactly the cells at fault. */
export type PolicyCheck = {
  readonly complete: boolean;
  readonly uncovered: readonly RowCondition[];
  readonly unreachable: readonly number[];
  readonly impossible: readonly { readonly row: number; readonly where: readonly RowCondition[] }[];
};

/**
 * Proves by going through the whole domain that a table decides every cell, at any time: also once its dated rows have
 * ended. Finds rows that never decide and rows that decide what no table may.
 */
export function checkPolicy(policy: Policy): PolicyCheck {
  const tables = rowTables(policy);
  const decided = cellsByRow(policy, tables);
  const uncovered = uncoveredCells(tables);
  const unreachable: number[] = [];
  const impossible: { row: number; where: RowCondition[] }[] = [];
  for (const [row, { decision }] of policy.rows.entries()) {
    const cells = decided[row] ?? [];
    if (cells.length === 0) unreachable.push(row);
    const wrong = cells.filter((index) => isOverruled(index, decision));
    if (wrong.length > 0) impossible.push({ row, where: groupCells(wrong) });
  }
  return { complete: uncovered.length === 0, uncovered: groupCells(uncovered), unreachable, impossible };
}

/** For each row, the cells (by index) that it decides in at least one period. */
export function cellsByRow(policy: Policy, tables: readonly RowTable[]): number[][] {
  const decided = policy.rows.map(() => new Set<number>());
  for (const { rowOf } of tables) {
    for (const [index, row] of rowOf.entries()) decided[row]?.add(index);
  }
  return decided.map((cells) => [...cells]);
}

/** The first table has the undated rows alone: what it leaves open, every later one may, and none leaves more. */
function uncoveredCells(tables: readonly RowTable[]): number[] {
  const rowOf = tables[0]?.rowOf ?? new Uint8Array();
  return Array.from(rowOf.entries()).flatMap(([index, row]) => (row === NO_ROW ? [index] : []));
}

function isOverruled(index: number, decision: Policy['rows'][number]['decision']): boolean {
  const cell = ALL_CELLS[index];
  return cell !== undefined && holdToFloor(cell, decision) !== decision;
}
