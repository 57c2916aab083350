import { PostgresPool } from '../stores/postgres-pool.ts';
import type { LogStore } from './store.ts';
import { openPostgresStore } from './store-postgres.ts';

/** A log as another instance has it: over a pool of its own, which ends with it. */
export async function openOwnStore(connectionString: string, pollMs?: number): Promise<LogStore> {
  const pool = new PostgresPool(connectionString);
  const options = pollMs === undefined ? { pool } : { pool, pollMs };
  const store = await openPostgresStore(options).catch(async (error: unknown) => {
    await pool.close();
    throw error;
  });
  const close = store.close.bind(store);
  return Object.assign(store, {
    close: async () => {
      await close();
      await pool.close();
    },
  });
}
