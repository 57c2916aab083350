import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PostgresPool } from '../stores/postgres-pool.ts';
import type { StoreError } from '../stores/store-error.ts';
import { StoreWatch } from '../stores/store-watch.ts';
import { startPostgres, type TestPostgres } from '../test/postgres.ts';
import { CoverageBook } from './coverage-book.ts';
import { cellsOf } from './coverage-rows.ts';
import { answerAt, coverageStoreContract } from './store.contract.ts';
import { openPostgresCoverage } from './store-postgres.ts';
import { openSqliteCoverage } from './store-sqlite.ts';

const WITHIN = { timeout: 15_000, interval: 50 };
const folder = mkdtempSync(join(tmpdir(), 'huren-coverage-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TERMS = { withholdBelow: 1 };
coverageStoreContract('SQLite', (name, terms) => openSqliteCoverage(join(folder, `${name}.sqlite`), terms));

test('a full disk is not told, or spoils what was written before', async () => {
  const path = join(folder, 'small.sqlite');
  // No file of the writer may grow beyond 200 KiB, which is how a process can be shown a disk that takes no more.
  const writer = join(import.meta.dirname, 'store.writer.ts');
  const script = 'ulimit -f 400; exec "$0" "$1" "$2"';
  const wrote = spawnSync('sh', ['-c', script, process.execPath, writer, path], { encoding: 'utf8' });
  const [taken, code] = wrote.stdout.split(' ');
  expect(code).toBe('disk_full');
  const store = await openSqliteCoverage(path, TERMS);
  const sums = await store.sumsAfter(-1, 60);
  expect(new Set(sums.map(({ n }) => n))).toEqual(new Set([Number(taken)]));
  await store.close();
}, 60_000);

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
  const sums = await store.use((opened) => opened.sumsAfter(0, 60));
  expect(sums.find(({ counter }) => counter === 'answer:green:pass:live')?.n).toBe(1);
  await book.close();
  await store.close();
}, 30_000);

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

  coverageStoreContract('PostgreSQL', async (name, terms) => openPostgresCoverage(await poolOf(name), terms));

  test('counts are lost, or counted twice, when the database dies and comes back', async () => {
    const own = new PostgresPool(await postgres.createDatabase());
    const failures: (StoreError | null)[] = [];
    const store = new StoreWatch({
      open: () => openPostgresCoverage(own, TERMS),
      onChange: (failure) => failures.push(failure),
    });
    const nowMs = Date.UTC(2026, 0, 1);
    const book = new CoverageBook({ store, nowMs: () => nowMs });
    const presented = async () => cellsOf(await book.rows(3_600_000, 60)).map((cell) => cell.presented);
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
  }, 60_000);

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
    await vi.waitFor(async () => expect(cellsOf(await book.rows(3_600_000, 60))).toHaveLength(1), WITHIN);
    await book.close();
    await store.close();
    await pool.close();
  }, 60_000);
});
