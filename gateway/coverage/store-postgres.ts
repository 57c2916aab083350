import { type Migrations, migratePostgres } from '../stores/migrations.ts';
import type { PostgresPool, Row } from '../stores/postgres-pool.ts';
import type { MinuteRows } from './coverage-counter.ts';
import { type CoverageRow, storedRows } from './coverage-rows.ts';
import type { CoverageStore } from './coverage-store.ts';

/** Counting never holds up whoever waits for the pool for long. */
const QUERY_TIMEOUT_MS = 5_000;
const MIGRATIONS: Migrations = {
  store: 'coverage',
  firstTable: 'huren_coverage',
  steps: [
    `CREATE TABLE huren_coverage (
       minute integer, issuer text, destination text, counter text, n bigint NOT NULL,
       PRIMARY KEY (minute, issuer, destination, counter)
     );
     CREATE TABLE huren_coverage_batch (id text PRIMARY KEY, minute integer NOT NULL)`,
  ],
};

// One statement, so that it happens wholly or not at all; the batch's row is what makes a second attempt count nothing.
// In the order of the key, so that instances that add at the same time cannot lock one another out.
const ADD = `
  WITH fresh AS (
    INSERT INTO huren_coverage_batch VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id
  )
  INSERT INTO huren_coverage AS kept
  SELECT added.* FROM unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::bigint[])
    AS added (minute, issuer, destination, counter, n)
  WHERE EXISTS (SELECT FROM fresh) ORDER BY 1, 2, 3, 4
  ON CONFLICT (minute, issuer, destination, counter) DO UPDATE SET n = kept.n + excluded.n`;
const SUMS = `
  SELECT issuer, destination, counter, SUM(n)::text AS n FROM huren_coverage WHERE minute > $1
  GROUP BY issuer, destination, counter`;

/** Coverage in PostgreSQL, with its tables up to date; the pool is left open at the end. Throws StoreError. */
export async function openPostgresCoverage(pool: PostgresPool): Promise<CoverageStore> {
  await pool.withClient((client) => migratePostgres(client, MIGRATIONS));
  return new PostgresCoverage(pool);
}

class PostgresCoverage implements CoverageStore {
  readonly #pool: PostgresPool;

  constructor(pool: PostgresPool) {
    this.#pool = pool;
  }

  async add(batch: string, minutes: readonly MinuteRows[]): Promise<void> {
    const flat = minutes.flatMap(({ minute, rows }) => rows.map((row) => ({ minute, ...row })));
    await this.#query(ADD, [
      batch,
      Math.max(0, ...minutes.map(({ minute }) => minute)),
      flat.map(({ minute }) => minute),
      flat.map(({ issuer }) => issuer),
      flat.map(({ destination }) => destination),
      flat.map(({ counter }) => counter),
      flat.map(({ n }) => n),
    ]);
  }

  async sumsAfter(minute: number): Promise<CoverageRow[]> {
    return storedRows(await this.#query(SUMS, [minute]), 'the database');
  }

  async probe(): Promise<void> {
    await this.#query('SELECT 1', []);
  }

  async forgetBefore(minute: number): Promise<void> {
    await this.#query('DELETE FROM huren_coverage WHERE minute < $1', [minute]);
    await this.#query('DELETE FROM huren_coverage_batch WHERE minute < $1', [minute]);
  }

  async close(): Promise<void> {}

  #query(sql: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return this.#pool.rows(sql, values, QUERY_TIMEOUT_MS);
  }
}
