import type pg from 'pg';
import { type Migrations, migratePostgres } from '../stores/migrations.ts';
import { requireDurable } from '../stores/postgres-pool.ts';

const MIGRATIONS: Migrations = {
  store: 'log',
  firstTable: 'huren_log_head',
  steps: [
    `CREATE TABLE huren_log_entry (idx bigint PRIMARY KEY CHECK (idx >= 0), bytes bytea NOT NULL);
     CREATE TABLE huren_log_hash (
       level smallint, idx bigint, hash bytea NOT NULL CHECK (octet_length(hash) = 32), PRIMARY KEY (level, idx)
     );
     CREATE TABLE huren_log_head (one boolean PRIMARY KEY CHECK (one), size bigint NOT NULL, peaks bytea NOT NULL);
     CREATE TABLE huren_log_checkpoint (slot text PRIMARY KEY, note text NOT NULL);
     INSERT INTO huren_log_head VALUES (true, 0, '')`,
  ],
};

/** Brings the tables up to date. Throws StoreError `not_durable` when the server answers before data is on disk. */
export async function prepareDatabase(client: pg.ClientBase): Promise<void> {
  await requireDurable(client);
  await migratePostgres(client, MIGRATIONS);
}
