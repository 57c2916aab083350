import type pg from 'pg';
import type { PostgresPool, Row } from '../stores/postgres-pool.ts';
import { type AppendPlan, planAppend } from './append-plan.ts';
import { GrowthFeed } from './growth-feed.ts';
import { LogError } from './log-error.ts';
import { GROWTH_CHANNEL, PostgresFollower } from './postgres-follower.ts';
import { PostgresReader, requireHead, storedHeadOf } from './postgres-reader.ts';
import { prepareDatabase } from './postgres-schema.ts';
import type { Appended, CheckpointSlot, LogStore } from './store.ts';

const POLL_MS = 500;

// The row lock makes appenders of all instances take turns.
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

/**
 * Opens the log in a PostgreSQL database, with its tables up to date. Any number of instances may append; the pool is
 * left open at the end.
 * `unavailable` when the database cannot be reached, `not_durable` when it runs without fsync.
 */
export async function openPostgresStore(options: {
  readonly pool: PostgresPool;
  /** How long growth by another instance may go unnoticed where notifications do not arrive. */
  readonly pollMs?: number;
}): Promise<LogStore> {
  const store = new PostgresStore(options.pool, options.pollMs ?? POLL_MS);
  try {
    await store.prepare();
    return store;
  } catch (cause) {
    await store.close();
    throw cause;
  }
}

class PostgresStore extends PostgresReader implements LogStore {
  readonly #pollMs: number;
  readonly #feed = new GrowthFeed();
  #follower: PostgresFollower | undefined;
  #lastAppend: Promise<unknown> = Promise.resolve();

  constructor(pool: PostgresPool, pollMs: number) {
    super(pool);
    this.#pollMs = pollMs;
  }

  async prepare(): Promise<void> {
    await this.inOpenLog(() => this.pool.withClient(prepareDatabase));
  }

  async saveCheckpoint(slot: CheckpointSlot, note: string, previous: string | undefined): Promise<boolean> {
    const rows =
      previous === undefined
        ? await this.rows('INSERT INTO huren_log_checkpoint VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING slot', [
            slot,
            note,
          ])
        : await this.rows('UPDATE huren_log_checkpoint SET note = $2 WHERE slot = $1 AND note = $3 RETURNING slot', [
            slot,
            note,
            previous,
          ]);
    return rows.length === 1;
  }

  async append(entries: readonly Uint8Array[], expectedSize?: number): Promise<Appended> {
    // One at a time, or two appends of this instance could overtake one another on the way to the lock.
    const turn = this.#lastAppend.then(() =>
      this.inOpenLog(() => this.pool.transact((client) => appendOn(client, entries, expectedSize))),
    );
    this.#lastAppend = turn.catch(() => {});
    const appended = await turn;
    this.#feed.announce(appended.size);
    return appended;
  }

  subscribe(onSize: (size: number) => void): () => void {
    if (!this.isOpen) throw new LogError('closed', 'the log is closed');
    const stop = this.#feed.add(onSize);
    this.#follower ??= new PostgresFollower({
      makeClient: () => this.pool.ownClient(),
      readSize: async () => (await this.storedHead()).size,
      onSize: (size) => this.#feed.announce(size),
      pollMs: this.#pollMs,
    });
    this.#follower.ask();
    return stop;
  }

  override async close(): Promise<void> {
    if (!this.isOpen) return;
    this.#feed.clear();
    await this.#lastAppend;
    await this.#follower?.stop();
    await super.close();
  }
}

async function appendOn(
  client: pg.ClientBase,
  entries: readonly Uint8Array[],
  expectedSize: number | undefined,
): Promise<Appended> {
  const head = await client.query<Row>(LOCK_HEAD);
  const plan = planAppend(storedHeadOf(requireHead(head.rows[0])), entries, expectedSize);
  await client.query(WRITE, writeValues(plan, entries));
  return plan.appended;
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
