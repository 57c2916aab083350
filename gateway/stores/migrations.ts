import type { DatabaseSync } from 'node:sqlite';
import type pg from 'pg';
import { StoreError } from './store-error.ts';

/** How one store's tables came to be. `steps` are number 1, 2, 3 …: what was released is never edited, only added to. */
export interface Migrations {
  readonly store: 'log' | 'coverage' | 'passes';
  readonly steps: readonly string[];
  /** A table of number 1. Where it stands and no number is noted, the database is from before there were numbers. */
  readonly firstTable: string;
}

// Any number will do, as long as every instance takes the same one.
const LOCK = 4_812_006;
const POSTGRES_TABLE = `
  CREATE TABLE IF NOT EXISTS huren_migration (
    store text, number integer, applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (store, number)
  )`;
const SQLITE_TABLE = `
  CREATE TABLE IF NOT EXISTS huren_migration (
    store TEXT, number INTEGER, applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    PRIMARY KEY (store, number)
  ) STRICT, WITHOUT ROWID`;

/**
 * Brings a store's tables up to date, all steps or none. Instances that start together take turns. Throws StoreError
 * `newer_schema` where a newer version of the program was here, and whatever the client throws.
 */
export async function migratePostgres(client: pg.ClientBase, migrations: Migrations): Promise<void> {
  // Looked at before anything is written: a role that may not make tables can use a database that has them.
  if ((await notedInPostgres(client, migrations)) === migrations.steps.length) return;
  await client.query(`BEGIN; SET LOCAL lock_timeout = '10s'`);
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    const noted = await notedInPostgres(client, migrations);
    await client.query(POSTGRES_TABLE);
    const isOlder = noted === 0 && (await isInPostgres(client, migrations.firstTable));
    for (const { number, sql } of stepsAfter(migrations, noted, isOlder)) {
      if (sql !== null) await client.query(sql);
      await client.query('INSERT INTO huren_migration (store, number) VALUES ($1, $2)', [migrations.store, number]);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** The same for an SQLite file, which is called `path` in what is thrown. */
export function migrateSqlite(db: DatabaseSync, migrations: Migrations, path: string): void {
  if (notedInSqlite(db, migrations, path) === migrations.steps.length) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    const noted = notedInSqlite(db, migrations, path);
    db.exec(SQLITE_TABLE);
    const isOlder = noted === 0 && isInSqlite(db, migrations.firstTable);
    const note = db.prepare('INSERT INTO huren_migration (store, number) VALUES (?, ?)');
    for (const { number, sql } of stepsAfter(migrations, noted, isOlder)) {
      if (sql !== null) db.exec(sql);
      note.run(migrations.store, number);
    }
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** Whether a store's tables are there. Throws StoreError `newer_schema`, and `older_schema` where steps are missing. */
export async function areInPostgres(client: pg.ClientBase, migrations: Migrations): Promise<boolean> {
  return isCurrent(migrations, await notedInPostgres(client, migrations), 'the database');
}

/** The same for an SQLite file, which is called `path` in what is thrown. */
export function areInSqlite(db: Pick<DatabaseSync, 'prepare'>, migrations: Migrations, path: string): boolean {
  return isCurrent(migrations, notedInSqlite(db, migrations, path), path);
}

function isCurrent({ steps }: Migrations, noted: number, what: string): boolean {
  if (noted !== 0 && noted < steps.length) throw new StoreError('older_schema', what);
  return noted !== 0;
}

/** What is to be done after number `noted`. A database from before there were numbers has the work of number 1. */
function stepsAfter({ steps }: Migrations, noted: number, isOlder: boolean) {
  return steps.flatMap((sql, at) => {
    const number = at + 1;
    return number <= noted ? [] : [{ number, sql: isOlder && number === 1 ? null : sql }];
  });
}

async function notedInPostgres(client: pg.ClientBase, migrations: Migrations): Promise<number> {
  if (!(await isInPostgres(client, 'huren_migration'))) return 0;
  const { rows } = await client.query<{ number: number | null }>(
    'SELECT max(number) AS number FROM huren_migration WHERE store = $1',
    [migrations.store],
  );
  return requireKnown(migrations, Number(rows[0]?.number ?? 0), 'the database');
}

// Not to_regclass(): its answer may be a cached one from before another instance made the tables.
async function isInPostgres(client: pg.ClientBase, table: string): Promise<boolean> {
  const found = await client.query<{ there: boolean }>(
    'SELECT EXISTS (SELECT FROM pg_class WHERE relname = $1 AND pg_table_is_visible(oid)) AS there',
    [table],
  );
  return found.rows[0]?.there === true;
}

function notedInSqlite(db: Pick<DatabaseSync, 'prepare'>, migrations: Migrations, path: string): number {
  if (!isInSqlite(db, 'huren_migration')) return 0;
  const row = db.prepare('SELECT max(number) AS number FROM huren_migration WHERE store = ?').get(migrations.store);
  return requireKnown(migrations, Number(row?.['number'] ?? 0), path);
}

function isInSqlite(db: Pick<DatabaseSync, 'prepare'>, table: string): boolean {
  return db.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`).get(table) !== undefined;
}

function requireKnown({ store, steps }: Migrations, noted: number, what: string): number {
  if (noted <= steps.length) return noted;
  throw new StoreError(
    'newer_schema',
    `${what}, ${store} tables at number ${noted} where this program knows ${steps.length}`,
  );
}
