import { existsSync } from 'node:fs';
import {
  type KeptRow,
  type KeptTable,
  readFromPostgres,
  readFromSqlite,
  writeToPostgres,
  writeToSqlite,
} from './kept-table.ts';
import { areInPostgres, areInSqlite, type Migrations, migratePostgres } from './migrations.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { openSqliteFile, readSqliteFile } from './sqlite-file.ts';

/** What a backup has of a store: the tables that stand in both databases, in an order in which they can be filled. */
export interface KeptStore {
  readonly name: 'coverage' | 'passes';
  readonly sqlite: Migrations;
  readonly postgres: Migrations;
  readonly tables: readonly KeptTable[];
}

type RowsOf = (table: KeptTable) => Iterable<KeptRow>;
type OnRow = (table: KeptTable, row: KeptRow) => void;

/** Every row of a file, as of one moment; false where there is no such file. Throws StoreError. */
export function readKeptFile(path: string, { sqlite, tables }: KeptStore, onRow: OnRow): boolean {
  if (!existsSync(path)) return false;
  const file = readSqliteFile(path);
  try {
    return file.snapshot(() => {
      if (!areInSqlite(file, sqlite, path)) return false;
      for (const table of tables) for (const row of readFromSqlite(file, table)) onRow(table, row);
      return true;
    });
  } finally {
    file.close();
  }
}

/** The same of a database. */
export async function readKeptDatabase(
  pool: PostgresPool,
  { postgres, tables }: KeptStore,
  onRow: OnRow,
): Promise<boolean> {
  return await pool.withClient(async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    try {
      const areThere = await areInPostgres(client, postgres);
      for (const table of areThere ? tables : []) {
        for await (const row of readFromPostgres(client, table)) onRow(table, row);
      }
      return areThere;
    } finally {
      await client.query('ROLLBACK').catch(() => {});
    }
  });
}

/** Whether nothing stands in any of these tables. Throws StoreError. */
export async function isEmptyDatabase(pool: PostgresPool, { postgres, tables }: KeptStore): Promise<boolean> {
  return await pool.withClient(async (client) => {
    if (!(await areInPostgres(client, postgres))) return true;
    const anything = tables.map((table) => `EXISTS (SELECT FROM ${table.postgres})`).join(' OR ');
    const { rows } = await client.query<{ there: boolean }>(`SELECT ${anything} AS there`);
    return rows[0]?.there !== true;
  });
}

/** The same of a file; one that is not there is empty. */
export function isEmptyFile(path: string, store: KeptStore): boolean {
  let rows = 0;
  readKeptFile(path, store, () => {
    rows += 1;
  });
  return rows === 0;
}

/** Fills a file, making it if need be: all rows or none, on disk when this returns. Throws StoreError. */
export function fillKeptFile(path: string, { sqlite, tables }: KeptStore, rowsOf: RowsOf): void {
  const file = openSqliteFile(path, sqlite);
  try {
    file.transact(() => {
      for (const table of tables) writeToSqlite(file, table, rowsOf(table));
    });
  } finally {
    file.close();
  }
}

/** The same for a database. */
export async function fillKeptDatabase(
  pool: PostgresPool,
  { postgres, tables }: KeptStore,
  rowsOf: RowsOf,
): Promise<void> {
  await pool.withClient((client) => migratePostgres(client, postgres));
  await pool.transact(async (client) => {
    for (const table of tables) await writeToPostgres(client, table, rowsOf(table));
  });
}
