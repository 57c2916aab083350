import type pg from 'pg';
import { migratePostgres } from '../stores/migrations.ts';
import type { PostgresPool } from '../stores/postgres-pool.ts';
import { CoverageStatements } from './coverage-statements.ts';
import type { CoverageStore, CoverageTerms } from './coverage-store.ts';
import { POSTGRES_TABLES } from './coverage-tables.ts';
import type { RowsOf, Statement, Steps, StoredRow } from './statement.ts';

/** Counting never holds up whoever waits for the pool for long. */
const QUERY_TIMEOUT_MS = 5_000;
/** Instances that write take turns. Any number will do, as long as every instance takes the same one. */
const TAKE_TURN = 'SELECT pg_advisory_xact_lock(4812007)';
const rowsOf: RowsOf = (parameter) => `SELECT * FROM jsonb_to_recordset(${parameter}::jsonb) AS given
  (reporter text, minute integer, destination text, issuer text, venue_kind text, counts text)`;

/** Coverage in PostgreSQL, with its tables up to date; the pool is left open at the end. Throws StoreError. */
export async function openPostgresCoverage(pool: PostgresPool, terms: CoverageTerms): Promise<CoverageStore> {
  await pool.withClient((client) => migratePostgres(client, POSTGRES_TABLES));
  const statements = new CoverageStatements(terms, rowsOf, 'the database');
  const write = <T>(steps: Steps<T>) =>
    pool.transact(async (client) => {
      await client.query(TAKE_TURN);
      return await stepThrough((statement) => send(client, statement), steps);
    });
  // Of one moment: what is rolled up between two readings would else be in both.
  const look = <T>(steps: Steps<T>) =>
    pool.transact(async (client) => {
      await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
      return await stepThrough((statement) => send(client, statement), steps);
    });
  const read = <T>(steps: Steps<T>) =>
    stepThrough(({ sql, values }) => pool.rows(sql, values, QUERY_TIMEOUT_MS), steps);
  const takeOver = async () => {
    for (let more = true; more; ) more = await write(statements.takeOver());
  };
  await takeOver();
  return {
    add: (batch) => write(statements.add(batch)),
    sums: (wish) => look(statements.sums.sums(wish)),
    series: (...asked) => look(statements.sums.series(...asked)),
    withheld: () => read(statements.sums.withheld()),
    seal: (...report) => write(statements.seal(...report)),
    reportsAfter: (...asked) => write(statements.reportsAfter(...asked)),
    fold: (received) => write(statements.fold(received)),
    noteFault: (...fault) => write(statements.noteFault(...fault)),
    senders: () => read(statements.senders()),
    takeOver,
    probe: async () => void (await pool.rows('SELECT 1', [], QUERY_TIMEOUT_MS)),
    forget: (nowMs) => write(statements.forget(nowMs)),
    close: async () => {},
  };
}

async function send(client: pg.ClientBase, { sql, values }: Statement): Promise<readonly StoredRow[]> {
  const query = { text: sql, values: [...values], query_timeout: QUERY_TIMEOUT_MS };
  return (await client.query<StoredRow>(query)).rows;
}

async function stepThrough<T>(
  ask: (statement: Statement) => Promise<readonly StoredRow[]>,
  steps: Steps<T>,
): Promise<T> {
  for (let step = steps.next(); ; ) {
    if (step.done === true) return step.value;
    step = steps.next(await ask(step.value));
  }
}
