import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CodedError } from '../../schemas/coded-error.ts';
import { startPostgres, type TestPostgres } from '../test/postgres.ts';
import { postgresError } from './postgres-error.ts';
import { PostgresPool } from './postgres-pool.ts';

let postgres: TestPostgres;
let url: string;
const pools: PostgresPool[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
  url = await postgres.createDatabase();
});
afterAll(async () => {
  for (const pool of pools) await pool.close();
  await postgres.stop();
});

function open(at: string, options = {}): PostgresPool {
  const pool = new PostgresPool(at, options);
  pools.push(pool);
  return pool;
}

function changed(change: (url: URL) => void): string {
  const address = new URL(url);
  change(address);
  return address.href;
}

describe('a database that cannot be used', () => {
  test.each([
    ['host_unknown', () => changed((address) => Object.assign(address, { hostname: 'no-such-host.invalid' }))],
    ['connection_refused', () => changed((address) => Object.assign(address, { port: '9' }))],
    ['password_refused', () => changed((address) => Object.assign(address, { password: 'wrong' }))],
    ['database_missing', () => changed((address) => Object.assign(address, { pathname: '/nowhere' }))],
  ])('is not told as %s, or by its address', async (code, at) => {
    const secret = new URL(url).password;
    const refused = await open(at())
      .rows('SELECT 1', [])
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ name: 'StoreError', code });
    expect(String(refused)).not.toMatch(new RegExp(`${secret}|no-such-host|nowhere|wrong`));
  });

  test('is waited for without end', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const pool = open(changed((at) => Object.assign(at, { port: String(port) })));
    await expect(pool.rows('SELECT 1', [])).rejects.toMatchObject({ code: 'timeout' });
    await expect(open(url).rows('SELECT pg_sleep(60)', [], 100)).rejects.toMatchObject({ code: 'timeout' });
    silent.close();
  });

  test('is taken for something else than a full disk, damage or missing rights', () => {
    const fault = (code: string) => postgresError(Object.assign(new Error('refused'), { code })).code;
    expect(['53100', 'XX001', '42501', '53300', '57P01'].map(fault)).toEqual([
      'disk_full',
      'damaged',
      'unwritable',
      'too_many_connections',
      'unavailable',
    ]);
  });
});

describe('the pool', () => {
  test('opens a connection for everybody who asks at once, or says nothing of whose they are', async () => {
    const pool = open(await postgres.createDatabase());
    const sleeps = Array.from({ length: 30 }, () => pool.rows('SELECT pg_sleep(0.02)', []));
    const mine = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'huren' AND datname = current_database()`;
    const [counted] = await pool.rows(mine, []);
    await Promise.all(sleeps);
    expect(counted).toEqual({ n: 6 });
  });

  test('keeps half of a transaction, or hands on a connection in the middle of one', async () => {
    const pool = open(url);
    await pool.rows('CREATE TABLE half (id integer PRIMARY KEY)', []);
    const inserting = (end: () => void) =>
      pool.transact(async (client) => {
        await client.query('INSERT INTO half VALUES (1)');
        end();
      });
    const refusal = new CodedError('a_refusal', 'of our own');
    await expect(
      inserting(() => {
        throw refusal;
      }),
    ).rejects.toBe(refusal);
    await expect(pool.transact((client) => client.query('INSERT INTO half VALUES (2), (2)'))).rejects.toMatchObject({
      code: 'damaged',
    });
    expect(await pool.rows('SELECT * FROM half', [])).toEqual([]);
    await inserting(() => {});
    expect(await pool.rows('SELECT * FROM half', [])).toEqual([{ id: 1 }]);
  });

  test('answers before data is on disk, whatever the role has set', async () => {
    const pool = open(url);
    await pool.rows('ALTER ROLE huren SET synchronous_commit = off', []);
    const later = open(url);
    const setting = await later.transact((client) => client.query('SHOW synchronous_commit'));
    await pool.rows('ALTER ROLE huren RESET synchronous_commit', []);
    expect(setting.rows).toEqual([{ synchronous_commit: 'on' }]);
  });

  test('does not survive the loss of its connections, or answers once closed', async () => {
    const pool = open(url);
    await pool.rows('SELECT 1', []);
    await postgres.crashAndRestart();
    await expect.poll(() => pool.rows('SELECT 1 AS one', []).catch(() => null)).toEqual([{ one: 1 }]);
    await pool.close();
    await expect(pool.rows('SELECT 1', [])).rejects.toMatchObject({ code: 'closed' });
  });

  test('writes where it was opened for reading', async () => {
    const pool = open(url, { readOnly: true });
    await expect(pool.rows('CREATE TABLE written (id integer)', [])).rejects.toMatchObject({ code: 'unwritable' });
  });
});
