import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PostgresPool } from '../stores/postgres-pool.ts';
import { startPostgres, type TestPostgres } from '../test/postgres.ts';
import { FULL_AT } from './pass-store.ts';
import { passStoreContract } from './store.contract.ts';
import { openPostgresPasses } from './store-postgres.ts';
import { openSqlitePasses } from './store-sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'huren-passes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const BASIS = { province: '410000', mandate: 'a-mandate' } as const;

passStoreContract('SQLite', async () => {
  files += 1;
  const path = join(folder, `passes-${files}.sqlite`);
  const leaveFree = async (list: string, free: number) => {
    const db = new DatabaseSync(path);
    db.prepare('UPDATE list SET taken = ? WHERE id = ?').run(FULL_AT - free, list);
    db.close();
  };
  return { open: () => openSqlitePasses(path), leaveFree };
});

test('a file from before there were migrations loses its passes, or gives their indexes again', async () => {
  const path = join(folder, 'older.sqlite');
  const db = new DatabaseSync(path);
  db.exec(`
    CREATE TABLE list (id TEXT PRIMARY KEY, ends_s INTEGER NOT NULL, version INTEGER NOT NULL) STRICT;
    CREATE TABLE taken (
      list TEXT NOT NULL, idx INTEGER NOT NULL, withdrawn INTEGER NOT NULL, PRIMARY KEY (list, idx)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO list VALUES ('half', 2000000000, 3), ('open', 2000000000, 0);
    WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 16383)
    INSERT INTO taken SELECT 'half', n, n = 7 FROM numbers;
    INSERT INTO taken VALUES ('open', 5, 0);
  `);
  db.close();
  const store = await openSqlitePasses(path);
  expect(await store.stateOf('half')).toEqual({ version: 3, withdrawn: [7], bases: [] });
  // Its list has no secret for tags: it is left to end with its passes.
  expect((await store.take(1_900_000_000, BASIS, 'handle-1')).list).not.toBe('open');
  expect(await store.withdraw({ list: 'open', idx: 5 })).toBe(true);
  await store.close();
});

test('a handle can be read from the file, or recognised in two lists of it', async () => {
  const path = join(folder, 'tags.sqlite');
  const store = await openSqlitePasses(path);
  const { list } = await store.take(2_000_000_000, BASIS, 'handle-of-nobody');
  const db = new DatabaseSync(path);
  db.prepare('UPDATE list SET taken = ? WHERE id = ?').run(FULL_AT, list);
  await store.take(2_000_000_000, BASIS, 'handle-of-nobody');
  const tags = db
    .prepare('SELECT tag FROM taken')
    .all()
    .map(({ tag }) => tag);
  expect(new Set(tags).size).toBe(2);
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  await store.close();
  expect(readFileSync(path).includes('handle-of-nobody')).toBe(false);
});

test('damage deep in a file shows at the first pass only', async () => {
  const path = join(folder, 'deep.sqlite');
  const store = await openSqlitePasses(path);
  for (let n = 0; n < 2_000; n += 1) await store.take(2_000_000_000, BASIS, 'handle-1');
  await store.close();
  const db = new DatabaseSync(path);
  const { page_size: size } = db.prepare('PRAGMA page_size').get() ?? {};
  const last = db.prepare(`SELECT max(pageno) AS page FROM dbstat WHERE name = 'taken'`).get()?.['page'];
  db.close();
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(Number(size), 0xff), 0, Number(size), (Number(last) - 1) * Number(size));
  closeSync(file);
  await expect(openSqlitePasses(path)).rejects.toMatchObject({ code: 'damaged' });
});

describe('with PostgreSQL', () => {
  let postgres: TestPostgres;
  const pools: PostgresPool[] = [];
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(async () => {
    for (const pool of pools) await pool.close();
    await postgres.stop();
  });

  passStoreContract('PostgreSQL', async () => {
    const url = await postgres.createDatabase();
    const open = async () => {
      // A pool of its own, as another instance has.
      const pool = new PostgresPool(url);
      pools.push(pool);
      return await openPostgresPasses(pool);
    };
    const leaveFree = async (list: string, free: number) => {
      await pools.at(-1)?.rows('UPDATE huren_pass_list SET taken = $1 WHERE id = $2', [FULL_AT - free, list]);
    };
    return { open, leaveFree };
  });

  const openPool = async () => {
    const pool = new PostgresPool(await postgres.createDatabase());
    pools.push(pool);
    return pool;
  };
  const WAITING = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;

  test('a list that another instance is dropping is taken from', async () => {
    const pool = await openPool();
    const store = await openPostgresPasses(pool);
    const { list } = await store.take(2_000_000_000, BASIS, 'handle-1');
    const taking = await pool.transact(async (client) => {
      await client.query('DELETE FROM huren_pass_list');
      const begun = store.take(2_000_000_000, BASIS, 'handle-1');
      await expect.poll(() => pool.rows(WAITING, [])).toHaveLength(1);
      return { begun };
    });
    expect((await taking.begun).list).not.toBe(list);
  });

  test('whoever drops lists holds one while waiting for another, and so waits for a withdrawer for ever', async () => {
    const pool = await openPool();
    const store = await openPostgresPasses(pool);
    // In the table the later name stands first.
    for (const list of ['b', 'a']) await pool.rows(`INSERT INTO huren_pass_list VALUES ($1, 1, 0, 0, '')`, [list]);
    const dropping = await pool.transact(async (client) => {
      await client.query(`SELECT FROM huren_pass_list WHERE id = 'a' FOR UPDATE`);
      const begun = store.dropEnded(1);
      await expect.poll(() => pool.rows(WAITING, [])).toHaveLength(1);
      await client.query(`SELECT FROM huren_pass_list WHERE id = 'b' FOR UPDATE NOWAIT`);
      return { begun };
    });
    await dropping.begun;
    expect(await store.lists()).toEqual([]);
  });
});
