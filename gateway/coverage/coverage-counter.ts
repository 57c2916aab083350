import {
  addAnswer,
  type CellCounts,
  type CountedAnswer,
  type CoverageRow,
  emptyCounts,
  rowsOf,
} from './coverage-rows.ts';

/** Rows of one minute since 1970. */
export interface MinuteRows {
  readonly minute: number;
  readonly rows: readonly CoverageRow[];
}

export const MINUTE_MS = 60_000;

/** Counts answers in this process's memory, in one-minute classes, until somebody takes the counts away. */
export class CoverageCounter {
  #minutes = new Map<number, Map<string, CellCounts>>();

  count(answer: CountedAnswer): void {
    const minute = Math.floor(answer.atMs / MINUTE_MS);
    const cells = this.#minutes.get(minute) ?? new Map<string, CellCounts>();
    this.#minutes.set(minute, cells);
    const name = `${answer.issuer}${answer.destination}`;
    const cell = cells.get(name) ?? emptyCounts(answer.issuer, answer.destination);
    cells.set(name, cell);
    addAnswer(cell, answer);
  }

  /** What has been counted since it was last taken. */
  pending(): MinuteRows[] {
    return [...this.#minutes].map(([minute, cells]) => ({ minute, rows: [...cells.values()].flatMap(rowsOf) }));
  }

  take(): MinuteRows[] {
    const taken = this.pending();
    this.#minutes = new Map();
    return taken;
  }
}
