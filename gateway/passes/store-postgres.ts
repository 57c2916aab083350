import type pg from 'pg';
import { z } from 'zod';
import { type Migrations, migratePostgres } from '../stores/migrations.ts';
import { type PostgresPool, type Row, requireDurable } from '../stores/postgres-pool.ts';
import { StoreError } from '../stores/store-error.ts';
import { FULL_AT, type ListState, newListId, type PassIndex, type PassStore, randomIndex } from './pass-store.ts';

/** Short, since whoever stops the gateway waits for it. */
const PROBE_TIMEOUT_MS = 5_000;
const MIGRATIONS: Migrations = {
  store: 'passes',
  firstTable: 'huren_pass_list',
  steps: [
    `CREATE TABLE huren_pass_list (
       id text PRIMARY KEY, ends_s bigint NOT NULL, version integer NOT NULL, taken integer NOT NULL
     );
     CREATE TABLE huren_pass_taken (
       list text REFERENCES huren_pass_list ON DELETE CASCADE, idx integer, withdrawn boolean NOT NULL,
       PRIMARY KEY (list, idx)
     )`,
  ],
};

// Every change begins by locking its list's row, so that takers and withdrawers take turns and none waits for another
// that waits for it.
const LOCK_OPEN = 'SELECT id FROM huren_pass_list WHERE taken < $1 ORDER BY id LIMIT 1 FOR UPDATE';
const LOCK_LIST = 'SELECT id FROM huren_pass_list WHERE id = $1 FOR UPDATE';
const TAKE = 'INSERT INTO huren_pass_taken VALUES ($1, $2, false) ON CONFLICT DO NOTHING';
const STATE = `
  SELECT version, ARRAY(SELECT idx FROM huren_pass_taken WHERE list = $1 AND withdrawn ORDER BY idx) AS withdrawn
  FROM huren_pass_list WHERE id = $1`;

const stateSchema = z.object({ version: z.int(), withdrawn: z.array(z.int()) });

/** Passes in PostgreSQL, with its tables up to date; the pool is left open at the end. Throws StoreError. */
export async function openPostgresPasses(pool: PostgresPool): Promise<PassStore> {
  await pool.withClient(async (client) => {
    await requireDurable(client);
    await migratePostgres(client, MIGRATIONS);
  });
  return new PostgresPasses(pool);
}

class PostgresPasses implements PassStore {
  readonly #pool: PostgresPool;

  constructor(pool: PostgresPool) {
    this.#pool = pool;
  }

  take(expS: number): Promise<PassIndex> {
    return this.#pool.transact(async (client) => {
      const list = (await lockOpenList(client)) ?? (await makeList(client));
      let idx = randomIndex();
      while ((await client.query(TAKE, [list, idx])).rowCount === 0) idx = randomIndex();
      await client.query('UPDATE huren_pass_list SET taken = taken + 1, ends_s = greatest(ends_s, $2) WHERE id = $1', [
        list,
        expS,
      ]);
      return { list, idx };
    });
  }

  withdraw({ list, idx }: PassIndex): Promise<boolean> {
    return this.#pool.transact(async (client) => {
      await client.query(LOCK_LIST, [list]);
      const mark = 'UPDATE huren_pass_taken SET withdrawn = true WHERE list = $1 AND idx = $2';
      if ((await client.query(mark, [list, idx])).rowCount === 0) return false;
      await client.query('UPDATE huren_pass_list SET version = version + 1 WHERE id = $1', [list]);
      return true;
    });
  }

  async stateOf(list: string): Promise<ListState | null> {
    const [row] = await this.#pool.rows(STATE, [list]);
    if (row === undefined) return null;
    const state = stateSchema.safeParse(row);
    if (!state.success) throw new StoreError('damaged', 'the database', { cause: state.error });
    return state.data;
  }

  async lists(): Promise<string[]> {
    const rows = await this.#pool.rows('SELECT id FROM huren_pass_list ORDER BY id', []);
    return rows.map(({ id }) => String(id));
  }

  async dropEnded(nowS: number): Promise<void> {
    await this.#pool.rows('DELETE FROM huren_pass_list WHERE ends_s > 0 AND ends_s <= $1', [nowS]);
  }

  async probe(): Promise<void> {
    await this.#pool.rows('SELECT 1', [], PROBE_TIMEOUT_MS);
  }

  async close(): Promise<void> {}
}

async function lockOpenList(client: pg.ClientBase): Promise<string | null> {
  const { rows } = await client.query<Row>(LOCK_OPEN, [FULL_AT]);
  return rows[0] === undefined ? null : String(rows[0]['id']);
}

async function makeList(client: pg.ClientBase): Promise<string> {
  const id = newListId();
  await client.query('INSERT INTO huren_pass_list VALUES ($1, 0, 0, 0)', [id]);
  return id;
}
