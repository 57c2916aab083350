import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Migrations, migratePostgres, migrateSqlite } from '../stores/migrations.ts';
import { PostgresPool } from '../stores/postgres-pool.ts';
import type { StoreError } from '../stores/store-error.ts';
import { StoreWatch } from '../stores/store-watch.ts';
import { PATIENCE_MS } from '../test/patience.ts';
import { startPostgres, type TestPostgres } from '../test/postgres.ts';
import { CoverageBook } from './coverage-book.ts';
import { ANY_KIND, cellsOf } from './coverage-groups.ts';
import type { CoverageStore, CoverageTerms, SumsWish } from './coverage-store.ts';
import { POSTGRES_TABLES, SQLITE_TABLES } from './coverage-tables.ts';
import { olderBesideContract } from './older-beside.contract.ts';
import { OLDER_ROWS } from './older-store.fixture.ts';
import { answerAt, coverageStoreContract } from './store.contract.ts';
import { openPostgresCoverage } from './store-postgres.ts';
import { coverageReportContract } from './store-reports.contract.ts';
import { openSqliteCoverage } from './store-sqlite.ts';

const WITHIN = { timeout: PATIENCE_MS, interval: 50 };
const folder = mkdtempSync(join(tmpdir(), 'huren-coverage-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TERMS = { withholdBelow: 1 };
const EVERYTHING = { venueKind: ANY_KIND } as const;
const openSqliteAt = async (name: string, terms: CoverageTerms) =>
  openSqliteCoverage(join(folder, `${name}.sqlite`), terms);
coverageStoreContract('SQLite', openSqliteAt);
coverageReportContract('SQLite', openSqliteAt);

test('a full disk is not told, or spoils what was written before', async () => {
  const path = join(folder, 'small.sqlite');
  // No file of the writer may grow beyond 200 KiB, which is how a process can be shown a disk that takes no more.
  const writer = join(import.meta.dirname, 'store.writer.ts');
  const script = 'ulimit -f 400; exec "$0" "$1" "$2"';
  const wrote = spawnSync('sh', ['-c', script, process.execPath, writer, path], { encoding: 'utf8' });
  const [taken, code] = wrote.stdout.split(' ');
  expect(code).toBe('disk_full');
  const store = await openSqliteCoverage(path, TERMS);
  const sums = await store.sums({ ...EVERYTHING, afterMinute: -1 });
  // Each batch that was taken adds one to each of its fifty counters.
  const counted = sums.flatMap(({ tally }) => Object.values(tally.counts())).reduce((sum, n) => sum + n, 0);
  expect(counted).toBe(50 * Number(taken));
  await store.close();
});

test('a file that another process holds costs counts', async () => {
  const path = join(folder, 'held.sqlite');
  const failures: (StoreError | null)[] = [];
  const store = new StoreWatch({
    open: () => openSqliteCoverage(path, TERMS),
    onChange: (failure) => failures.push(failure),
  });
  const book = new CoverageBook({ store, nowMs: () => 0 });
  await store.use((opened) => opened.probe());
  const holder = new DatabaseSync(path);
  holder.exec('BEGIN IMMEDIATE');
  book.counter.count(answerAt(60_000));
  await book.flush();
  expect(failures.map((failure) => failure?.code)).toEqual(['locked']);
  holder.exec('ROLLBACK');
  holder.close();
  await vi.waitFor(() => expect(failures.at(-1)).toBeNull(), WITHIN);
  await book.flush();
  const sums = await store.use((opened) => opened.sums({ ...EVERYTHING, afterMinute: -1 }));
  expect(sums.map(({ tally }) => tally.counts()['answer:green:pass:live'])).toEqual([1]);
  await book.close();
  await store.close();
});

/** The tables as version 0.1.0 makes them. */
function olderTables(tables: Migrations): Migrations {
  return { ...tables, steps: tables.steps.slice(0, 2) };
}

/** Counts as a store of number 2 has them: one row for each counter. */
const COUNTED_BEFORE = [
  `INSERT INTO huren_coverage_shown VALUES (125, '410000', '440000', 'hospital', 'reason:ok', 3),
     (125, '410000', '440000', 'hospital', 'ms:48', 3), (126, '410000', '440000', 'hospital', 'reason:ok', 4),
     (126, '410000', '440000', 'hotel', 'reason:ok', 5), (126, '410000', '440000', 'untold', 'stated:absent', 9)`,
  `INSERT INTO huren_coverage_withheld VALUES ('310000', '440000', 'hotel', 'reason:ok', 126, 2)`,
  `INSERT INTO huren_coverage_unreported VALUES ('gateway:440000', 126, '410000', '440000', 'hotel', 'reason:ok', 5)`,
];

/** What a store must make of them. */
async function expectKept(store: CoverageStore): Promise<void> {
  const counts = async (perMinutes: number, wish: Partial<SumsWish> = {}) => {
    const series = await store.series({ ...EVERYTHING, afterMinute: 1, ...wish }, perMinutes);
    return series.map(({ minute, tally }) => [minute, tally.counts()]);
  };
  expect(await counts(60)).toEqual([[120, { 'reason:ok': 12, 'ms:48': 3 }]]);
  expect(await counts(1, { venueKind: 'hotel' })).toEqual([[126, { 'reason:ok': 5 }]]);
  expect(await counts(60, { afterMinute: 125 })).toEqual([[120, { 'reason:ok': 9 }]]);
  const each = await store.sums({ ...EVERYTHING, afterMinute: 1, venueKind: 'each' });
  expect(each.map(({ venue_kind, tally }) => [venue_kind, tally.counts()]).sort()).toEqual([
    ['hospital', { 'reason:ok': 7, 'ms:48': 3 }],
    ['hotel', { 'reason:ok': 5 }],
    ['untold', { 'stated:absent': 9 }],
  ]);
  expect(await store.withheld()).toMatchObject([{ issuer: '310000', counts: { 'reason:ok': 2 } }]);
  const due: unknown[] = [];
  await store.seal('gateway:440000', 1_000, 5, ({ minutes }) => {
    due.push(minutes);
    return '{}';
  });
  expect(due).toMatchObject([[{ minute: 126, groups: [{ venue_kind: 'hotel', counts: { 'reason:ok': 5 } }] }]]);
  // What is added to rows of an older form stands in them with what they had.
  const more = { issuer: '410000', destination: '440000', venue_kind: 'hotel', counts: { 'reason:ok': 30 } } as const;
  await store.add({
    id: 'more',
    minutes: [{ minute: 125, groups: [{ ...more, counts: { 'answer:green:pass:live': 30 } }] }],
  });
  expect(await counts(60)).toEqual([[120, { 'reason:ok': 12, 'ms:48': 3, 'answer:green:pass:live': 30 }]]);
  await store.close();
}

test('counts of an older version are lost, or counted in two kinds of rows', async () => {
  const path = join(folder, 'older.sqlite');
  const older = new DatabaseSync(path);
  migrateSqlite(older, olderTables(SQLITE_TABLES), path);
  for (const sql of COUNTED_BEFORE) older.exec(sql);
  older.close();
  await expectKept(await openSqliteCoverage(path, { withholdBelow: 10 }));
});

let places = 0;
olderBesideContract(async () => {
  places += 1;
  const path = join(folder, `beside-${places}.sqlite`);
  const opened = <T>(work: (db: DatabaseSync) => T): T => {
    const db = new DatabaseSync(path);
    try {
      return work(db);
    } finally {
      db.close();
    }
  };
  return {
    open: (terms) => openSqliteCoverage(path, terms),
    makeOlderTables: async () => opened((db) => migrateSqlite(db, olderTables(SQLITE_TABLES), path)),
    send: async (sql, values) =>
      opened((db) => db.prepare(sql).all(Object.fromEntries(values.map((value, at) => [`$${at + 1}`, value])))),
    rowsOf: OLDER_ROWS.sqlite,
  };
});

describe('with PostgreSQL', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });

  const pools = new Map<string, Promise<PostgresPool>>();
  const poolOf = (name: string) => {
    const known = pools.get(name) ?? postgres.createDatabase().then((url) => new PostgresPool(url));
    pools.set(name, known);
    return known;
  };
  afterAll(async () => {
    for (const one of pools.values()) await (await one).close();
    await postgres.stop();
  });

  const openPostgresAt = async (name: string, terms: CoverageTerms) => openPostgresCoverage(await poolOf(name), terms);
  coverageStoreContract('PostgreSQL', openPostgresAt);
  coverageReportContract('PostgreSQL', openPostgresAt);

  test('counts of an older version are lost, or counted in two kinds of rows', async () => {
    const pool = await poolOf('older');
    await pool.withClient((client) => migratePostgres(client, olderTables(POSTGRES_TABLES)));
    for (const sql of COUNTED_BEFORE) await pool.rows(sql, []);
    await expectKept(await openPostgresCoverage(pool, { withholdBelow: 10 }));
  });

  olderBesideContract(async () => {
    places += 1;
    const pool = await poolOf(`beside ${places}`);
    return {
      open: (terms) => openPostgresCoverage(pool, terms),
      makeOlderTables: () => pool.withClient((client) => migratePostgres(client, olderTables(POSTGRES_TABLES))),
      send: (sql, values) => pool.rows(sql, values),
      rowsOf: OLDER_ROWS.postgres,
    };
  });

  test('counts are lost, or counted twice, when the database dies and comes back', async () => {
    const own = new PostgresPool(await postgres.createDatabase());
    const failures: (StoreError | null)[] = [];
    const store = new StoreWatch({
      open: () => openPostgresCoverage(own, TERMS),
      onChange: (failure) => failures.push(failure),
    });
    const nowMs = Date.UTC(2026, 0, 1);
    const book = new CoverageBook({ store, nowMs: () => nowMs });
    const presented = async () => cellsOf(await book.groups(3_600_000, EVERYTHING)).map((cell) => cell.presented);
    book.counter.count(answerAt(nowMs));
    await book.flush();
    await postgres.shutDown();
    for (let n = 0; n < 3; n += 1) {
      book.counter.count(answerAt(nowMs));
      await book.flush();
    }
    expect(failures[0]).not.toBeNull();
    await expect(presented()).rejects.toThrow('the database');
    await postgres.start();
    await vi.waitFor(async () => expect(await presented()).toEqual([4]), WITHIN);
    expect(failures.at(-1)).toBeNull();
    await book.close();
    await store.close();
    await own.close();
  });

  test('a database that was away at the start stays away', async () => {
    const own = await postgres.createDatabase();
    await postgres.shutDown();
    const pool = new PostgresPool(own);
    const store = new StoreWatch({ open: () => openPostgresCoverage(pool, TERMS), onChange: () => {} });
    const book = new CoverageBook({ store, nowMs: () => 60_000 });
    book.counter.count(answerAt(60_000));
    await book.flush();
    expect(store.failure?.code).toBe('connection_refused');
    await postgres.start();
    await vi.waitFor(async () => expect(cellsOf(await book.groups(3_600_000, EVERYTHING))).toHaveLength(1), WITHIN);
    await book.close();
    await store.close();
    await pool.close();
  });
});
