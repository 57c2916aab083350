import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPostgres, type TestPostgres } from '../test/postgres.ts';
import { CoverageBook } from './coverage-book.ts';
import type { CoverageError } from './coverage-store.ts';
import { answerAt, coverageStoreContract } from './store.contract.ts';
import { openPostgresCoverage } from './store-postgres.ts';
import { openSqliteCoverage } from './store-sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'huren-coverage-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

coverageStoreContract('SQLite', async () => openSqliteCoverage(join(folder, 'coverage.sqlite')));

test('a full disk is not told, or spoils what was written before', async () => {
  const path = join(folder, 'small.sqlite');
  // No file of the writer may grow beyond 200 KiB, which is how a process can be shown a disk that takes no more.
  const writer = join(import.meta.dirname, 'store.writer.ts');
  const script = 'ulimit -f 400; exec "$0" "$1" "$2"';
  const wrote = spawnSync('sh', ['-c', script, process.execPath, writer, path], { encoding: 'utf8' });
  const [taken, code] = wrote.stdout.split(' ');
  expect(code).toBe('disk_full');
  const store = openSqliteCoverage(path);
  const sums = await store.sumsAfter(-1);
  expect(new Set(sums.map(({ n }) => n))).toEqual(new Set([Number(taken)]));
  await store.close();
}, 60_000);

test('a file that another process holds costs counts', async () => {
  const path = join(folder, 'held.sqlite');
  const store = openSqliteCoverage(path);
  const failures: (CoverageError | null)[] = [];
  const book = new CoverageBook({ store, nowMs: () => 0, onChange: (failure) => failures.push(failure) });
  const holder = new DatabaseSync(path);
  holder.exec('BEGIN IMMEDIATE');
  book.counter.count(answerAt(60_000));
  await book.flush();
  expect(failures.map((failure) => failure?.code)).toEqual(['unavailable']);
  holder.exec('ROLLBACK');
  holder.close();
  await book.flush();
  expect(failures.at(-1)).toBeNull();
  expect((await store.sumsAfter(0)).find(({ counter }) => counter === 'presented')?.n).toBe(1);
  await book.close();
}, 30_000);

describe('with PostgreSQL', () => {
  let postgres: TestPostgres;
  let url = '';
  beforeAll(async () => {
    postgres = await startPostgres();
    url = await postgres.createDatabase();
  });
  afterAll(() => postgres.stop());

  coverageStoreContract('PostgreSQL', async () => openPostgresCoverage(url));

  test('counts are lost, or counted twice, when the database dies and comes back', async () => {
    const own = await postgres.createDatabase();
    const failures: (CoverageError | null)[] = [];
    const store = openPostgresCoverage(own);
    const nowMs = Date.UTC(2026, 0, 1);
    const book = new CoverageBook({ store, nowMs: () => nowMs, onChange: (failure) => failures.push(failure) });
    book.counter.count(answerAt(nowMs));
    await book.flush();
    await postgres.shutDown();
    for (let n = 0; n < 3; n += 1) {
      book.counter.count(answerAt(nowMs));
      await book.flush();
    }
    expect(failures.map((failure) => failure?.code)).toEqual(['unavailable']);
    await expect(book.cells(3_600_000)).rejects.toMatchObject({ code: 'unavailable' });
    await postgres.start();
    expect((await book.cells(3_600_000)).map(({ presented }) => presented)).toEqual([4]);
    expect(failures.at(-1)).toBeNull();
    await book.close();
  }, 60_000);
});
