import pg from 'pg';
import { CodedError } from '../../schemas/coded-error.ts';
import { postgresError } from './postgres-error.ts';
import { StoreError } from './store-error.ts';

/** All that one process has open at a time, and one more where it listens to the log. */
const MOST_CONNECTIONS = 6;
const CONNECT_TIMEOUT_MS = 3_000;
const QUERY_TIMEOUT_MS = 30_000;

// The limits keep an instance that vanished in the middle of its turn from holding up the others; synchronous_commit is
// what makes an answer mean "on disk", whatever the role or the database has set.
const BEGIN = `
  BEGIN;
  SET LOCAL synchronous_commit = on;
  SET LOCAL lock_timeout = '5s';
  SET LOCAL idle_in_transaction_session_timeout = '5s'`;

export type Row = Readonly<Record<string, unknown>>;

export interface PoolOptions {
  /** For an audit: with a role that may only SELECT, and on a stand-by server as well. */
  readonly readOnly?: boolean;
}

/**
 * The one pool of this process: everything that asks the database asks here. Nothing is connected until the first
 * question, so the database may be away at the start. Every method rejects with StoreError; what `work` throws of its own
 * passes unchanged.
 */
export class PostgresPool {
  readonly #connection: pg.ClientConfig;
  readonly #pool: pg.Pool;
  #isOpen = true;

  constructor(connectionString: string, { readOnly = false }: PoolOptions = {}) {
    this.#connection = {
      connectionString,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'huren',
      ...(readOnly ? { options: '-c default_transaction_read_only=on' } : {}),
    };
    this.#pool = new pg.Pool({ ...this.#connection, max: MOST_CONNECTIONS, allowExitOnIdle: true });
    // A lost connection is reported by the query that needed it; unheard, the event would end the process.
    this.#pool.on('error', () => {});
    this.#pool.on('connect', (client) => client.on('error', () => {}));
  }

  /** One statement and its rows. */
  async rows(sql: string, values: readonly unknown[], timeoutMs: number = QUERY_TIMEOUT_MS): Promise<readonly Row[]> {
    const query = { text: sql, values: [...values], query_timeout: timeoutMs };
    return await this.withClient(async (client) => (await client.query<Row>(query)).rows);
  }

  /** Several statements, all or none, on disk when this resolves. What `work` throws of its own undoes them. */
  transact<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    return this.withClient(async (client) => {
      await client.query(BEGIN);
      const result = await work(client).catch(async (cause: unknown) => {
        if (cause instanceof CodedError) await client.query('ROLLBACK');
        throw cause;
      });
      await client.query('COMMIT');
      return result;
    });
  }

  async withClient<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    if (!this.#isOpen) throw new StoreError('closed', 'the database');
    const client = await this.#pool.connect().catch((cause: unknown) => {
      throw postgresError(cause);
    });
    try {
      const result = await work(client);
      client.release();
      return result;
    } catch (cause) {
      // After a refusal of our own the connection is in order; after any other error its state is anyone's guess.
      const isOurs = cause instanceof CodedError;
      client.release(!isOurs);
      throw isOurs ? cause : postgresError(cause);
    }
  }

  /** A connection outside the pool, not connected yet, for whoever listens on it: that takes it for good. */
  ownClient(): pg.Client {
    return new pg.Client({ ...this.#connection, application_name: 'huren-listen' });
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#pool.end();
  }
}

/** Where no answer means anything before it is on disk. Throws StoreError `not_durable`. */
export async function requireDurable(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ fsync: string }>(`SELECT current_setting('fsync') AS fsync`);
  if (rows[0]?.fsync !== 'on') throw new StoreError('not_durable', 'the database');
}
