import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { findPostgres, startPostgres, type TestPostgres } from '../test/postgres.ts';
import { openPostgresReader } from './postgres-reader.ts';
import { numbered, sizeReached, storeContract } from './store.contract.ts';
import type { LogStore } from './store.ts';
import { openOwnStore } from './store-postgres.fixture.ts';

const WRITER = join(import.meta.dirname, 'store.writer.ts');

describe.skipIf(findPostgres() === undefined)('PostgreSQL', () => {
  let server: TestPostgres;

  beforeAll(async () => {
    server = await startPostgres();
    return () => server.stop();
  });

  storeContract('postgres', async () => {
    const connectionString = await server.createDatabase();
    return { open: () => openOwnStore(connectionString) };
  });

  async function open(connectionString: string, pollMs?: number): Promise<LogStore> {
    const store = await openOwnStore(connectionString, pollMs);
    onTestFinished(() => store.close());
    return store;
  }

  async function execute(connectionString: string, sql: string): Promise<void> {
    const client = new pg.Client({ connectionString });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  }

  async function runWriter(connectionString: string, name: string, appends: number): Promise<number[][]> {
    const child = spawn(process.execPath, [WRITER, 'postgres', connectionString, name, `${appends}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    return output
      .trim()
      .split('\n')
      .map((line) => line.split(' ').slice(1).map(Number));
  }

  test('instances that start together trip over one another', async () => {
    const url = await server.createDatabase();
    const stores = await Promise.all(Array.from({ length: 5 }, () => open(url)));
    expect(await Promise.all(stores.map((store) => store.head().then(({ size }) => size)))).toEqual([0, 0, 0, 0, 0]);
  });

  test('processes that append together leave a gap, share an index or change the order', async () => {
    const url = await server.createDatabase();
    const store = await open(url);
    const written = await Promise.all(['a', 'b', 'c', 'd'].map((name) => runWriter(url, name, 40)));
    for (const appends of written) {
      expect(appends.map(([, append]) => append)).toEqual(Array.from({ length: 40 }, (_, at) => at));
      const indexes = appends.map(([first]) => first ?? -1);
      expect(indexes).toEqual(indexes.toSorted((a, b) => a - b));
    }
    const taken = written.flat().flatMap(([first = -1, , of = 0]) => Array.from({ length: of }, (_, at) => first + at));
    const { size } = await store.head();
    expect(taken.toSorted((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, at) => at));
    expect(await store.inventory()).toMatchObject({ size, entries: size });
  });

  test('of two instances that decided on the same log, both append', async () => {
    const url = await server.createDatabase();
    const [a, b] = [await open(url), await open(url)];
    const outcomes = await Promise.allSettled([a.append(numbered(1), 0), b.append(numbered(1), 0)]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect((await a.head()).size).toBe(1);
  });

  /**
   * A follower that is known to hear notifications, for it polls too seldom to help: the first size it tells is the
   * one at the start, the second the one when it began to listen, and a third can only come from a notification.
   */
  async function listening(url: string, writer: LogStore) {
    const follower = await open(url, 600_000);
    const told: number[] = [];
    follower.subscribe((size) => told.push(size));
    await growsUntil(writer, () => told.length >= 3);
    return { follower, told };
  }

  async function growsUntil(writer: LogStore, enough: () => boolean): Promise<void> {
    const appended = () => writer.append(numbered(1)).catch(() => undefined);
    await expect.poll(() => appended().then(enough)).toBe(true);
  }

  test('another instance learns of growth by asking from time to time alone', async () => {
    const url = await server.createDatabase();
    const writer = await open(url);
    const { told } = await listening(url, writer);
    for (let round = 0; round < 5; round += 1) {
      const { size } = await writer.append(numbered(1));
      await expect.poll(() => told.at(-1), { interval: 10 }).toBe(size);
    }
  });

  test('a second subscriber has to wait for growth to learn the present size', async () => {
    const url = await server.createDatabase();
    const writer = await open(url);
    const { follower, told } = await listening(url, writer);
    const { size } = await writer.append(numbered(1));
    await expect.poll(() => told.at(-1)).toBe(size);
    expect(await sizeReached(follower, 0)).toBe(size);
  });

  test('growth goes unnoticed where notifications do not arrive', async () => {
    const url = await server.createDatabase();
    const follower = await open(url);
    await sizeReached(follower, 0);
    const reached = sizeReached(follower, 7);
    await execute(url, `UPDATE huren_log_head SET size = 7, peaks = decode(repeat('00', 96), 'hex')`);
    expect(await reached).toBe(7);
  });

  test('following does not survive the loss of its connection', async () => {
    const url = await server.createDatabase();
    const writer = await open(url);
    const { told } = await listening(url, writer);
    const before = told.length;
    await server.crashAndRestart();
    await growsUntil(writer, () => told.length >= before + 3);
  });

  test('a connection lost in the middle of an append ends the process or passes for success', async () => {
    const url = await server.createDatabase();
    const store = await open(url);
    const holder = new pg.Client({ connectionString: url });
    holder.on('error', () => {});
    await holder.connect();
    await holder.query('BEGIN; SELECT FROM huren_log_head FOR UPDATE');
    const refused = expect(store.append(numbered(1))).rejects.toMatchObject({ code: 'unavailable' });
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    await expect.poll(async () => (await holder.query(waiting)).rowCount).toBe(1);
    await server.crashAndRestart();
    await refused;
    await holder.end().catch(() => {});
    expect((await store.append(numbered(1), 0)).size).toBe(1);
  });

  test('a database that is away is waited for, or ends the process, or stays away for good', async () => {
    const url = await server.createDatabase();
    const store = await open(url);
    await store.append(numbered(2));
    await server.shutDown();
    await expect(store.append(numbered(1, 2))).rejects.toMatchObject({ code: 'unavailable' });
    await expect(store.head()).rejects.toMatchObject({ code: 'unavailable' });
    await expect(openOwnStore(url)).rejects.toMatchObject({ code: 'unavailable' });
    await server.start();
    expect((await store.append(numbered(1, 2), 2)).size).toBe(3);
  });

  test('a test that ends while the database is away takes it from those after it', async () => {
    await server.shutDown();
    const store = await open(await server.createDatabase());
    expect((await store.append(numbered(1))).size).toBe(1);
  });

  test('an instance that vanished in its turn holds up the others', async () => {
    const url = await server.createDatabase();
    const store = await open(url);
    const stuck = new pg.Client({ connectionString: url });
    stuck.on('error', () => {});
    await stuck.connect();
    await stuck.query(
      `BEGIN; SET LOCAL idle_in_transaction_session_timeout = '300ms'; SELECT FROM huren_log_head FOR UPDATE`,
    );
    expect((await store.append(numbered(1))).size).toBe(1);
    await stuck.end().catch(() => {});
  });

  test('a log whose rows lie beyond its head is written over', async () => {
    const url = await server.createDatabase();
    const store = await open(url);
    await store.append(numbered(4));
    await execute(url, `UPDATE huren_log_head SET size = 0, peaks = ''`);
    await expect(store.append(numbered(1))).rejects.toMatchObject({ code: 'corrupt' });
  });

  test('an answer is given before data is on disk', async () => {
    const url = await server.createDatabase();
    await execute(url, `ALTER ROLE huren SET synchronous_commit = off`);
    onTestFinished(() => execute(url, `ALTER ROLE huren RESET synchronous_commit`));
    const store = await open(url);
    await execute(
      url,
      `
      CREATE TABLE seen (value text);
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
      CREATE TRIGGER note AFTER UPDATE ON huren_log_head EXECUTE FUNCTION note()`,
    );
    await store.append(numbered(1));
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query('SELECT value FROM seen');
    await client.end();
    expect(rows).toEqual([{ value: 'on' }]);
  });

  // Twice, as whoever is tried again is: the server is one for all, and roles belong to the whole of it.
  const twice = { repeats: 1 };
  test('an auditor needs more than to read, changes something, or makes a log where there is none', twice, async () => {
    const url = await server.createDatabase();
    const store = await open(url);
    const appended = await store.append(numbered(3));
    const auditor = new URL(url);
    const role = `auditor_of${auditor.pathname.replace('/', '_')}`;
    auditor.username = role;
    await execute(
      url,
      `CREATE ROLE ${role} LOGIN PASSWORD '${auditor.password}'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`,
    );
    const reader = openPostgresReader(auditor.href);
    onTestFinished(() => reader.close());
    expect(await reader.head()).toEqual({ size: appended.size, root: appended.root });
    expect(await reader.read(0, 3)).toHaveLength(3);
    const empty = await server.createDatabase();
    const nothing = openPostgresReader(empty);
    await expect(nothing.inventory()).rejects.toMatchObject({ code: 'corrupt' });
    await nothing.close();
    await expect(execute(empty, 'SELECT FROM huren_log_head')).rejects.toMatchObject({ code: '42P01' });
  });
});
