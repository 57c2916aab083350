import { z } from 'zod';
import { StoreError } from '../stores/store-error.ts';

/** One statement, in the words that SQLite and PostgreSQL share. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly (string | number | Uint8Array)[];
}
export type StoredRow = Readonly<Record<string, unknown>>;

/** Statements of one transaction, each sent once the rows of the one before are there. */
export type Steps<T> = Generator<Statement, T, readonly StoredRow[]>;

/** How a database reads rows out of one JSON text. */
export type RowsOf = (parameter: string) => string;

/** Rows as a database gave them. Throws StoreError `damaged` for anything else; `what` names the database. */
export function storedRows<T>(schema: z.ZodType<T>, rows: unknown, what: string): T[] {
  const parsed = z.array(schema).safeParse(rows);
  if (!parsed.success) throw new StoreError('damaged', what, { cause: parsed.error });
  return parsed.data;
}

/** Throws StoreError `damaged`. */
export function storedMinute({ minute }: StoredRow, what: string): number {
  const read = Number(minute);
  if (!Number.isSafeInteger(read)) throw new StoreError('damaged', what);
  return read;
}
