import type pg from 'pg';
import { LogError } from './log-error.ts';

// Any number will do, as long as every instance takes the same one.
const SCHEMA_LOCK = 4_812_006;
const SCHEMA = `
  CREATE TABLE huren_log_entry (idx bigint PRIMARY KEY CHECK (idx >= 0), bytes bytea NOT NULL);
  CREATE TABLE huren_log_hash (
    level smallint, idx bigint, hash bytea NOT NULL CHECK (octet_length(hash) = 32), PRIMARY KEY (level, idx)
  );
  CREATE TABLE huren_log_head (one boolean PRIMARY KEY CHECK (one), size bigint NOT NULL, peaks bytea NOT NULL);
  CREATE TABLE huren_log_checkpoint (slot text PRIMARY KEY, note text NOT NULL);
  INSERT INTO huren_log_head VALUES (true, 0, '');
`;

/** Makes the tables if they are not there. `not_durable` when the server answers before data is on disk. */
export async function prepareDatabase(client: pg.PoolClient): Promise<void> {
  const settings = await client.query<{ fsync: string }>(`SELECT current_setting('fsync') AS fsync`);
  if (settings.rows[0]?.fsync !== 'on') throw new LogError('not_durable', 'the database runs with fsync off');
  if (await hasTables(client)) return;
  await client.query('BEGIN');
  // Instances start together; without the lock they would trip over one another's tables.
  await client.query('SELECT pg_advisory_xact_lock($1)', [SCHEMA_LOCK]);
  if (!(await hasTables(client))) await client.query(SCHEMA);
  await client.query('COMMIT');
}

// Not to_regclass(): its answer may be a cached one from before another instance made the tables.
async function hasTables(client: pg.PoolClient): Promise<boolean> {
  const found = await client.query<{ there: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'huren_log_head' AND pg_table_is_visible(oid)) AS there`,
  );
  return found.rows[0]?.there === true;
}
