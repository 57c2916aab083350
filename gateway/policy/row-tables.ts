import type { Policy, PolicyRow } from '../../schemas/policy.ts';
import { ALL_CELLS, CELL_COUNT, matches } from './cells.ts';

/** In `rowOf`: no row matches this cell. */
export const NO_ROW = 255;

/** Which row decides each cell (by `cellIndex`) from `fromMs` until the next table's `fromMs`. */
export type RowTable = { readonly fromMs: number; readonly rowOf: Uint8Array };

/**
 * One table for each period in which the same rows are in force, oldest first. An undated row is always in force, an
 * exception from the policy's start until its own end. The first table runs from the beginning of time.
 */
export function rowTables(policy: Policy): RowTable[] {
  const rows = policy.rows.map((row) => ({ exception: row.exception, hits: hitsOf(row) }));
  const startMs = Date.parse(policy.effective_from);
  return turningPoints(policy).map((fromMs) => {
    const rowOf = new Uint8Array(CELL_COUNT).fill(NO_ROW);
    for (const [row, { exception, hits }] of rows.entries()) {
      if (isInForce(exception, startMs, fromMs)) fill(rowOf, hits, row);
    }
    return { fromMs, rowOf };
  });
}

function turningPoints(policy: Policy): number[] {
  const ends = policy.rows.flatMap(({ exception }) => (exception === undefined ? [] : [Date.parse(exception.ends_at)]));
  if (ends.length === 0) return [Number.NEGATIVE_INFINITY];
  const points = new Set([Number.NEGATIVE_INFINITY, Date.parse(policy.effective_from), ...ends]);
  return [...points].sort((a, b) => a - b);
}

function isInForce(exception: PolicyRow['exception'], startMs: number, atMs: number): boolean {
  return exception === undefined || (startMs <= atMs && atMs < Date.parse(exception.ends_at));
}

function hitsOf(row: PolicyRow): number[] {
  const hits: number[] = [];
  for (const [index, cell] of ALL_CELLS.entries()) {
    if (matches(row.when, cell)) hits.push(index);
  }
  return hits;
}

function fill(rowOf: Uint8Array, cells: readonly number[], row: number): void {
  for (const cell of cells) {
    if (rowOf[cell] === NO_ROW) rowOf[cell] = row;
  }
}
