import type pg from 'pg';
import type { SqliteFile } from './sqlite-file.ts';
import { StoreError } from './store-error.ts';

/** A value of a row, as a backup has it: bytes in Base64. */
export type KeptValue = string | number | null;
export type KeptRow = readonly KeptValue[];

interface KeptColumn {
  readonly name: string;
  readonly type: 'text' | 'integer' | 'boolean' | 'bytes';
}

/** A table that holds the same in both databases, whatever it is called there. A boolean is 0 or 1 in SQLite. */
export interface KeptTable {
  readonly name: string;
  readonly sqlite: string;
  readonly postgres: string;
  readonly columns: readonly KeptColumn[];
  /** The column that PostgreSQL numbers by itself. */
  readonly numbered?: string;
  /** An older copy would contradict what others were told since. */
  readonly outdates?: boolean;
}

const AT_ONCE = 500;
const TYPES: ReadonlyMap<string, KeptColumn['type']> = new Map([
  ['#', 'integer'],
  ['?', 'boolean'],
  ['*', 'bytes'],
]);

/** The columns that a text lists: `name` of text, `name#` of a number, `name?` of what is so or not, `name*` of bytes. */
export function keptColumns(text: string): readonly KeptColumn[] {
  return text
    .split(' ')
    .map((column) => ({ name: column.replace(/[#?*]$/, ''), type: TYPES.get(column.slice(-1)) ?? 'text' }));
}

/** The rows of a table, as they are at the moment of the transaction that this runs in. To be called inside `attempt`. */
export function* readFromSqlite(file: SqliteFile, table: KeptTable): Generator<KeptRow> {
  for (const row of file.prepare(`SELECT ${namesOf(table)} FROM ${table.sqlite}`).iterate()) {
    yield table.columns.map((column) => keptValue(row[column.name], column));
  }
}

/** Adds rows to a table. To be called inside `transact`. */
export function writeToSqlite(file: SqliteFile, table: KeptTable, rows: Iterable<KeptRow>): void {
  const places = table.columns.map(() => '?').join(', ');
  const insert = file.prepare(`INSERT INTO ${table.sqlite} (${namesOf(table)}) VALUES (${places})`);
  for (const row of rows) {
    insert.run(...table.columns.map(({ type }, at) => sqliteValue(row[at] ?? null, type)));
  }
}

/** As `readFromSqlite`, a piece at a time: the client is in a transaction that sees one moment. */
export async function* readFromPostgres(client: pg.ClientBase, table: KeptTable): AsyncGenerator<KeptRow> {
  await client.query(`DECLARE kept NO SCROLL CURSOR FOR SELECT ${namesOf(table)} FROM ${table.postgres}`);
  for (;;) {
    const { rows } = await client.query<Record<string, unknown>>(`FETCH ${AT_ONCE} FROM kept`);
    for (const row of rows) yield table.columns.map((column) => keptValue(row[column.name], column));
    if (rows.length < AT_ONCE) break;
  }
  await client.query('CLOSE kept');
}

/** As `writeToSqlite`, on a client that is in a transaction. */
export async function writeToPostgres(client: pg.ClientBase, table: KeptTable, rows: Iterable<KeptRow>): Promise<void> {
  const names = namesOf(table);
  const typed = table.columns.map(({ name, type }) => `${name} ${GIVEN_TYPES[type]}`).join(', ');
  const read = table.columns
    .map(({ name, type }) => (type === 'bytes' ? `decode(${name}, 'base64')` : name))
    .join(', ');
  const insert = `INSERT INTO ${table.postgres} (${names}) OVERRIDING SYSTEM VALUE
    SELECT ${read} FROM jsonb_to_recordset($1::jsonb) AS given (${typed})`;
  for (const some of inPieces(rows)) {
    await client.query(insert, [JSON.stringify(some.map((row) => named(table, row)))]);
  }
  if (table.numbered === undefined) return;
  // Else the next number that the database gives out is one that is taken.
  await client.query(
    `SELECT setval(pg_get_serial_sequence($1, $2), max(${table.numbered})) FROM ${table.postgres} HAVING count(*) > 0`,
    [table.postgres, table.numbered],
  );
}

/** As what PostgreSQL reads a value out of JSON. */
const GIVEN_TYPES = { text: 'text', integer: 'bigint', boolean: 'boolean', bytes: 'text' } as const satisfies Record<
  KeptColumn['type'],
  string
>;

function sqliteValue(value: KeptValue, type: KeptColumn['type']): KeptValue | Uint8Array {
  return type === 'bytes' && typeof value === 'string' ? Buffer.from(value, 'base64') : value;
}

function named({ columns }: KeptTable, row: KeptRow): Record<string, KeptValue | boolean> {
  return Object.fromEntries(
    columns.map(({ name, type }, at) => {
      const value = row[at] ?? null;
      return [name, type === 'boolean' && value !== null ? value === 1 : value];
    }),
  );
}

function* inPieces(rows: Iterable<KeptRow>): Generator<KeptRow[]> {
  let piece: KeptRow[] = [];
  for (const row of rows) {
    piece.push(row);
    if (piece.length < AT_ONCE) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}

function namesOf({ columns }: KeptTable): string {
  return columns.map(({ name }) => name).join(', ');
}

/** PostgreSQL gives a bigint as text, and a boolean as itself. */
function keptValue(value: unknown, { name, type }: KeptColumn): KeptValue {
  if (type === 'bytes' && value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  const plain = typeof value === 'boolean' ? Number(value) : value;
  if (plain === null || (type === 'text' && typeof plain === 'string')) return plain;
  const count = typeof plain === 'string' && plain !== '' ? Number(plain) : plain;
  if ((type === 'integer' || type === 'boolean') && typeof count === 'number' && Number.isSafeInteger(count))
    return count;
  throw new StoreError('damaged', `column ${name}`);
}
