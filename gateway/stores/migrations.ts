import type { DatabaseSync } from 'node:sqlite';
import type pg from 'pg';
import { StoreError } from './store-error.ts';

/**
 * A step that older programs go on beside: `needs` is how many steps a program has to know to read and write the tables
 * after it. A step that only adds needs as many as the one before it did (expand). One that takes away what nobody uses
 * any more needs the step that made the last user of it go (contract), a minor version later.
 */
export interface SharedStep {
  readonly sql: string;
  readonly needs: number;
}

/**
 * How one store's tables came to be. `steps` are number 1, 2, 3 …: what was released is never edited, only added to. After
 * a step that is plain SQL no program goes on that does not know it.
 */
export interface Migrations {
  readonly store: 'log' | 'coverage' | 'passes';
  readonly steps: readonly (string | SharedStep)[];
  /** A table of number 1. Where it stands and no number is noted, the database is from before there were numbers. */
  readonly firstTable: string;
}

// Any number will do, as long as every instance takes the same one.
const LOCK = 4_812_006;
// Version 0.1.0 takes the greatest number in `huren_migration` for what it has to know, so that steps which it need not
// know are noted beside that table.
const POSTGRES_TABLE = `
  CREATE TABLE IF NOT EXISTS huren_migration (
    store text, number integer, applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (store, number)
  );
  CREATE TABLE IF NOT EXISTS huren_migration_shared (
    store text, number integer, applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (store, number)
  )`;
const SQLITE_TABLE = ['huren_migration', 'huren_migration_shared']
  .map(
    (name) => `
  CREATE TABLE IF NOT EXISTS ${name} (
    store TEXT, number INTEGER, applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    PRIMARY KEY (store, number)
  ) STRICT, WITHOUT ROWID`,
  )
  .join(';');

/**
 * Brings a store's tables up to date, all steps or none. Instances that start together take turns. Throws StoreError
 * `newer_schema` where a newer program was here and left tables that this one cannot go on with, and whatever the client
 * throws.
 */
export async function migratePostgres(client: pg.ClientBase, migrations: Migrations): Promise<void> {
  // Looked at before anything is written: a role that may not make tables can use a database that has them.
  if ((await notedInPostgres(client, migrations)) >= migrations.steps.length) return;
  await client.query(`BEGIN; SET LOCAL lock_timeout = '10s'`);
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    const done = await notedInPostgres(client, migrations);
    await client.query(POSTGRES_TABLE);
    const isOlder = done === 0 && (await isInPostgres(client, migrations.firstTable));
    for (const { sql, notes } of stepsAfter(migrations, done, isOlder)) {
      if (sql !== null) await client.query(sql);
      for (const { table, number } of notes) {
        const note = `INSERT INTO ${table} (store, number) VALUES ($1, $2) ON CONFLICT DO NOTHING`;
        await client.query(note, [migrations.store, number]);
      }
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** The same for an SQLite file, which is called `path` in what is thrown. */
export function migrateSqlite(db: DatabaseSync, migrations: Migrations, path: string): void {
  if (notedInSqlite(db, migrations, path) >= migrations.steps.length) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    const done = notedInSqlite(db, migrations, path);
    db.exec(SQLITE_TABLE);
    const isOlder = done === 0 && isInSqlite(db, migrations.firstTable);
    for (const { sql, notes } of stepsAfter(migrations, done, isOlder)) {
      if (sql !== null) db.exec(sql);
      for (const { table, number } of notes) {
        db.prepare(`INSERT INTO ${table} (store, number) VALUES (?, ?) ON CONFLICT DO NOTHING`).run(
          migrations.store,
          number,
        );
      }
    }
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** Whether a store's tables are there. Throws StoreError `newer_schema`, and `older_schema` where steps are missing. */
export async function areInPostgres(client: pg.ClientBase, migrations: Migrations): Promise<boolean> {
  return areCurrent(migrations, await notedInPostgres(client, migrations), 'the database');
}

/** The same for an SQLite file, which is called `path` in what is thrown. */
export function areInSqlite(db: Pick<DatabaseSync, 'prepare'>, migrations: Migrations, path: string): boolean {
  return areCurrent(migrations, notedInSqlite(db, migrations, path), path);
}

function areCurrent({ steps }: Migrations, done: number, what: string): boolean {
  if (done !== 0 && done < steps.length) throw new StoreError('older_schema', what);
  return done !== 0;
}

/** What is to be done, and noted, after number `done`. A database from before there were numbers has the work of number 1. */
function stepsAfter({ steps }: Migrations, done: number, isOlder: boolean) {
  return steps.flatMap((step, at) => {
    const number = at + 1;
    if (number <= done) return [];
    const { sql, needs } = typeof step === 'string' ? { sql: step, needs: number } : step;
    const needed = { table: 'huren_migration', number: needs };
    const notes = needs === number ? [needed] : [needed, { table: 'huren_migration_shared', number }];
    return [{ sql: isOlder && number === 1 ? null : sql, notes }];
  });
}

/** How many steps were done. Throws StoreError `newer_schema` where this program knows too few of them. */
async function notedInPostgres(client: pg.ClientBase, migrations: Migrations): Promise<number> {
  const greatestIn = async (table: string): Promise<number> => {
    if (!(await isInPostgres(client, table))) return 0;
    const sql = `SELECT max(number) AS number FROM ${table} WHERE store = $1`;
    const { rows } = await client.query<{ number: number | null }>(sql, [migrations.store]);
    return Number(rows[0]?.number ?? 0);
  };
  const needed = await greatestIn('huren_migration');
  return requireKnown(migrations, needed, await greatestIn('huren_migration_shared'), 'the database');
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
  const greatestIn = (table: string): number => {
    if (!isInSqlite(db, table)) return 0;
    const row = db.prepare(`SELECT max(number) AS number FROM ${table} WHERE store = ?`).get(migrations.store);
    return Number(row?.['number'] ?? 0);
  };
  return requireKnown(migrations, greatestIn('huren_migration'), greatestIn('huren_migration_shared'), path);
}

function isInSqlite(db: Pick<DatabaseSync, 'prepare'>, table: string): boolean {
  return db.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`).get(table) !== undefined;
}

function requireKnown({ store, steps }: Migrations, needed: number, shared: number, what: string): number {
  if (needed <= steps.length) return Math.max(needed, shared);
  throw new StoreError(
    'newer_schema',
    `${what}, ${store} tables that need number ${needed} where this program knows ${steps.length}`,
  );
}
