import pg from 'pg';
import { type AppendPlan, planAppend, requireRange, type StoredHead, treeHeadOf } from './append-plan.ts';
import { GrowthFeed } from './growth-feed.ts';
import { LogError } from './log-error.ts';
import type { NodeId } from './merkle-proof.ts';
import { postgresError } from './postgres-error.ts';
import { GROWTH_CHANNEL, PostgresFollower } from './postgres-follower.ts';
import { prepareDatabase } from './postgres-schema.ts';
import type { Appended, CheckpointSlot, Inventory, LogStore, TreeHead } from './store.ts';
import { storedBytes, storedCount, storedText } from './stored-values.ts';

const CONNECTIONS = 4;
const CONNECT_TIMEOUT_MS = 3_000;
const QUERY_TIMEOUT_MS = 30_000;
const POLL_MS = 500;

// The row lock makes appenders of all instances take turns. The limits keep an instance that vanished in the
// middle of its turn from holding up the others; synchronous_commit is what makes an answer mean "on disk".
const BEGIN_APPEND = `
  BEGIN;
  SET LOCAL synchronous_commit = on;
  SET LOCAL lock_timeout = '5s';
  SET LOCAL idle_in_transaction_session_timeout = '5s'`;

const LOCK_HEAD = 'SELECT size, peaks FROM huren_log_head FOR UPDATE';

const WRITE = `
  WITH entries AS (
    INSERT INTO huren_log_entry
    SELECT $1::bigint + place - 1, bytes FROM unnest($2::bytea[]) WITH ORDINALITY AS new (bytes, place)
  ), hashes AS (
    INSERT INTO huren_log_hash SELECT * FROM unnest($3::smallint[], $4::bigint[], $5::bytea[])
  ), head AS (
    UPDATE huren_log_head SET size = $6::bigint, peaks = $7
  )
  SELECT pg_notify('${GROWTH_CHANNEL}', $6::bigint::text)`;

// Sub-selects rather than joins: a planner without statistics may join by reading a whole table.
const READ = `
  SELECT idx, bytes FROM huren_log_entry
  WHERE idx >= $1 AND idx < $2 AND idx < (SELECT size FROM huren_log_head) ORDER BY idx`;

const HASHES = `
  SELECT (SELECT hash FROM huren_log_hash AS stored WHERE stored.level = wanted.level AND stored.idx = wanted.idx)
  FROM unnest($1::smallint[], $2::bigint[]) WITH ORDINALITY AS wanted (level, idx, place) ORDER BY wanted.place`;

const INVENTORY = `
  SELECT size, peaks, (SELECT COUNT(*) FROM huren_log_entry) AS entries,
    (SELECT COUNT(*) FROM huren_log_hash) AS hashes FROM huren_log_head`;

type Row = Readonly<Record<string, unknown>>;

/**
 * Opens the log in a PostgreSQL database, making its tables if need be. Any number of instances may append.
 * `unavailable` when the database cannot be reached, `not_durable` when it runs without fsync.
 */
export async function openPostgresStore(options: {
  readonly connectionString: string;
  /** How long growth by another instance may go unnoticed where notifications do not arrive. */
  readonly pollMs?: number;
}): Promise<LogStore> {
  const store = new PostgresStore(options.connectionString, options.pollMs ?? POLL_MS);
  try {
    await store.prepare();
    return store;
  } catch (cause) {
    await store.close();
    throw cause;
  }
}

class PostgresStore implements LogStore {
  readonly #connection: pg.ClientConfig;
  readonly #pool: pg.Pool;
  readonly #pollMs: number;
  readonly #feed = new GrowthFeed();
  #follower: PostgresFollower | undefined;
  #lastAppend: Promise<unknown> = Promise.resolve();
  #open = true;

  constructor(connectionString: string, pollMs: number) {
    this.#connection = {
      connectionString,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'huren-log',
    };
    this.#pollMs = pollMs;
    this.#pool = new pg.Pool({ ...this.#connection, max: CONNECTIONS });
    // A lost connection is reported by the query that needed it; unheard, the event would end the process.
    this.#pool.on('error', () => {});
    this.#pool.on('connect', (client) => client.on('error', () => {}));
  }

  async prepare(): Promise<void> {
    await this.#withClient(prepareDatabase);
  }

  async head(): Promise<TreeHead> {
    return treeHeadOf(await this.#storedHead());
  }

  async read(from: number, to: number): Promise<Uint8Array[]> {
    requireRange(from, to, Number.MAX_SAFE_INTEGER);
    const rows = await this.#rows(READ, [from, to]);
    if (rows.length === 0 || rows.length < to - from) requireRange(from, to, (await this.#storedHead()).size);
    return Array.from({ length: to - from }, (_, at) => {
      const row = rows[at];
      if (row === undefined || storedCount(row['idx']) !== from + at) {
        throw new LogError('corrupt', `entry ${from + at} is missing`, { index: from + at });
      }
      return storedBytes(row['bytes']);
    });
  }

  async hashes(nodes: readonly NodeId[]): Promise<Uint8Array[]> {
    const rows = await this.#rows(HASHES, [nodes.map(({ level }) => level), nodes.map(({ index }) => index)]);
    return nodes.map(({ level, index }, at) => {
      const hash = rows[at]?.['hash'] ?? undefined;
      if (hash === undefined) throw new LogError('corrupt', `the hash at level ${level}, index ${index} is missing`);
      return storedBytes(hash);
    });
  }

  async loadCheckpoint(slot: CheckpointSlot): Promise<string | undefined> {
    const [row] = await this.#rows('SELECT note FROM huren_log_checkpoint WHERE slot = $1', [slot]);
    return row === undefined ? undefined : storedText(row['note']);
  }

  async saveCheckpoint(slot: CheckpointSlot, note: string, previous: string | undefined): Promise<boolean> {
    const rows =
      previous === undefined
        ? await this.#rows('INSERT INTO huren_log_checkpoint VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING slot', [
            slot,
            note,
          ])
        : await this.#rows('UPDATE huren_log_checkpoint SET note = $2 WHERE slot = $1 AND note = $3 RETURNING slot', [
            slot,
            note,
            previous,
          ]);
    return rows.length === 1;
  }

  async inventory(): Promise<Inventory> {
    const row = requireHead((await this.#rows(INVENTORY, []))[0]);
    return {
      ...treeHeadOf(storedHeadOf(row)),
      entries: storedCount(row['entries']),
      hashes: storedCount(row['hashes']),
    };
  }

  async append(entries: readonly Uint8Array[], expectedSize?: number): Promise<Appended> {
    // One at a time, or two appends of this instance could overtake one another on the way to the lock.
    const turn = this.#lastAppend.then(() => this.#withClient((client) => appendOn(client, entries, expectedSize)));
    this.#lastAppend = turn.catch(() => {});
    const appended = await turn;
    this.#feed.announce(appended.size);
    return appended;
  }

  subscribe(onSize: (size: number) => void): () => void {
    if (!this.#open) throw new LogError('closed', 'the log is closed');
    const stop = this.#feed.add(onSize);
    this.#follower ??= new PostgresFollower({
      makeClient: () => new pg.Client(this.#connection),
      readSize: async () => (await this.#storedHead()).size,
      onSize: (size) => this.#feed.announce(size),
      pollMs: this.#pollMs,
    });
    this.#follower.ask();
    return stop;
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#feed.clear();
    await this.#lastAppend;
    await this.#follower?.stop();
    this.#open = false;
    await this.#pool.end();
  }

  async #storedHead(): Promise<StoredHead> {
    return storedHeadOf(requireHead((await this.#rows('SELECT size, peaks FROM huren_log_head', []))[0]));
  }

  async #rows(sql: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return this.#withClient(async (client) => (await client.query<Row>(sql, [...values])).rows);
  }

  async #withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    if (!this.#open) throw new LogError('closed', 'the log is closed');
    const client = await this.#pool.connect().catch((cause: unknown) => {
      throw postgresError(cause);
    });
    try {
      const result = await work(client);
      client.release();
      return result;
    } catch (cause) {
      // After a refusal of our own the connection is in order; after any other error its state is anyone's guess.
      client.release(!(cause instanceof LogError));
      throw postgresError(cause);
    }
  }
}

async function appendOn(
  client: pg.PoolClient,
  entries: readonly Uint8Array[],
  expectedSize: number | undefined,
): Promise<Appended> {
  await client.query(BEGIN_APPEND);
  const head = await client.query<Row>(LOCK_HEAD);
  const plan = await planOrRollBack(client, () =>
    planAppend(storedHeadOf(requireHead(head.rows[0])), entries, expectedSize),
  );
  await client.query(WRITE, writeValues(plan, entries));
  await client.query('COMMIT');
  return plan.appended;
}

async function planOrRollBack(client: pg.PoolClient, plan: () => AppendPlan): Promise<AppendPlan> {
  try {
    return plan();
  } catch (cause) {
    await client.query('ROLLBACK');
    throw cause;
  }
}

function writeValues({ appended, head, nodes }: AppendPlan, entries: readonly Uint8Array[]): unknown[] {
  return [
    appended.firstIndex,
    entries,
    nodes.map(({ level }) => level),
    nodes.map(({ index }) => index),
    nodes.map(({ hash }) => hash),
    head.size,
    head.peaks,
  ];
}

function requireHead(row: Row | undefined): Row {
  if (row === undefined) throw new LogError('corrupt', 'the head is missing');
  return row;
}

function storedHeadOf(row: Row): StoredHead {
  return { size: storedCount(row['size']), peaks: storedBytes(row['peaks']) };
}
