import { z } from 'zod';
import { BATCH_CSV_HEADER, type BatchRow, csvOf } from '../../../schemas/batch-row.ts';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';

/** How rows are written, one a line, so that whoever was interrupted knows where to go on. */
export interface RowFormat {
  readonly header: string | null;
  readonly textOf: (row: BatchRow) => string;
  /** The line of the input that a written row is about; null where it is no row of this format. */
  readonly lineOf: (text: string) => number | null;
}

const numberedSchema = z.looseObject({ line: z.int().min(1) });

export const ROW_FORMATS = {
  csv: {
    header: BATCH_CSV_HEADER,
    textOf: csvOf,
    lineOf: (text) => {
      const [, line] = /^(\d{1,9}),(?:true|false),/.exec(text) ?? [];
      return line === undefined ? null : Number(line);
    },
  },
  jsonl: {
    header: null,
    textOf: (row) => JSON.stringify(row),
    lineOf: (text) => numberedSchema.safeParse(jsonOrUndefined(text)).data?.line ?? null,
  },
} as const satisfies Record<string, RowFormat>;
