import pg from 'pg';
import { z } from 'zod';
import type { MinuteRows } from './coverage-counter.ts';
import { type CoverageRow, coverageRowSchema } from './coverage-rows.ts';
import { CoverageError, type CoverageErrorCode, type CoverageStore } from './coverage-store.ts';

const CONNECT_TIMEOUT_MS = 2_000;
const QUERY_TIMEOUT_MS = 5_000;
// Any number will do, as long as every instance takes the same one.
const SCHEMA_LOCK = 4_812_007;
const SCHEMA = `
  SELECT pg_advisory_xact_lock(${SCHEMA_LOCK});
  CREATE TABLE IF NOT EXISTS huren_coverage (
    minute integer, issuer text, destination text, counter text, n bigint NOT NULL,
    PRIMARY KEY (minute, issuer, destination, counter)
  );
  CREATE TABLE IF NOT EXISTS huren_coverage_batch (id text PRIMARY KEY, minute integer NOT NULL);
`;

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

/** Coverage in PostgreSQL. Nothing is asked of the database until the first use, so it may be away at the start. */
export function openPostgresCoverage(connectionString: string): CoverageStore {
  return new PostgresCoverage(connectionString);
}

class PostgresCoverage implements CoverageStore {
  readonly #pool: pg.Pool;
  #prepared: Promise<unknown> | null = null;

  constructor(connectionString: string) {
    this.#pool = new pg.Pool({
      connectionString,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'huren-coverage',
      max: 2,
    });
    // A lost connection is reported by the query that needed it; unheard, the event would end the process.
    this.#pool.on('error', () => {});
    this.#pool.on('connect', (client) => client.on('error', () => {}));
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
    return z.array(coverageRowSchema).parse(await this.#query(SUMS, [minute]));
  }

  async probe(): Promise<void> {
    await this.#query('SELECT 1', []);
  }

  async forgetBefore(minute: number): Promise<void> {
    await this.#query('DELETE FROM huren_coverage WHERE minute < $1', [minute]);
    await this.#query('DELETE FROM huren_coverage_batch WHERE minute < $1', [minute]);
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #query(sql: string, values: readonly unknown[]): Promise<unknown[]> {
    try {
      this.#prepared ??= this.#pool.query(SCHEMA);
      await this.#prepared.catch((error: unknown) => {
        this.#prepared = null;
        throw error;
      });
      return (await this.#pool.query(sql, [...values])).rows;
    } catch (cause) {
      throw new CoverageError(codeOf(cause), { cause });
    }
  }
}

// SQLSTATE 53100 is disk_full (appendix A of the manual).
function codeOf(cause: unknown): CoverageErrorCode {
  const state = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (state === '53100') return 'disk_full';
  return state === 'XX001' || state === 'XX002' ? 'corrupt' : 'unavailable';
}
