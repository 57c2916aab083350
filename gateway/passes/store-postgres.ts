import type pg from 'pg';
import { z } from 'zod';
import { type ProvinceCode, provinceCodeSchema } from '../../schemas/code-lists/index.ts';
import { migratePostgres } from '../stores/migrations.ts';
import { type PostgresPool, type Row, requireDurable } from '../stores/postgres-pool.ts';
import { StoreError } from '../stores/store-error.ts';
import {
  FULL_AT,
  type ListState,
  newListId,
  newTagSecret,
  type PassBasis,
  type PassIndex,
  type PassStore,
  randomIndex,
  tagOf,
} from './pass-store.ts';
import { POSTGRES_TABLES } from './pass-tables.ts';

/** Short, since whoever stops the gateway waits for it. */
const PROBE_TIMEOUT_MS = 5_000;

// Every change begins by locking the rows of its lists, several in the order of their names, so that who takes, withdraws
// and drops takes turns and none waits for another that waits for it.
const LOCK_OPEN = 'SELECT id, tag_secret FROM huren_pass_list WHERE taken < $1 ORDER BY id LIMIT 1 FOR UPDATE';
const LOCK_LIST = 'SELECT id FROM huren_pass_list WHERE id = $1 FOR UPDATE';
const LOCK_ALL = 'SELECT id, tag_secret FROM huren_pass_list ORDER BY id FOR UPDATE';
const DROP_ENDED = `
  WITH ended AS (SELECT id FROM huren_pass_list WHERE ends_s > 0 AND ends_s <= $1 ORDER BY id FOR UPDATE)
  DELETE FROM huren_pass_list WHERE id IN (SELECT id FROM ended)`;
const GROW = 'UPDATE huren_pass_list SET version = version + 1 WHERE id = $1';
const TAKE = 'INSERT INTO huren_pass_taken VALUES ($1, $2, false, $3, $4) ON CONFLICT DO NOTHING';
const NOTE_BASIS = 'INSERT INTO huren_pass_basis (list, province, mandate) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING';
const BASIS = 'SELECT id FROM huren_pass_basis WHERE list = $1 AND province = $2 AND mandate = $3';
const WITHDRAW_ABOUT = `
  UPDATE huren_pass_taken SET withdrawn = true WHERE list = $1 AND NOT withdrawn AND tag = coalesce($3, tag)
  AND basis IN (SELECT id FROM huren_pass_basis WHERE list = $1 AND province = $2)`;
const STATE = `
  SELECT version, ARRAY(SELECT idx FROM huren_pass_taken WHERE list = $1 AND withdrawn ORDER BY idx) AS withdrawn,
    (SELECT coalesce(json_agg(json_build_object('province', province, 'mandate', mandate) ORDER BY id), '[]')
     FROM huren_pass_basis WHERE list = $1) AS bases
  FROM huren_pass_list WHERE id = $1`;

const stateSchema = z.object({
  version: z.int(),
  withdrawn: z.array(z.int()),
  bases: z.array(z.object({ province: provinceCodeSchema, mandate: z.string() })),
});

/** A list with room in it. */
interface OpenList {
  readonly list: string;
  readonly secret: string;
}

/** Passes in PostgreSQL, with its tables up to date; the pool is left open at the end. Throws StoreError. */
export async function openPostgresPasses(pool: PostgresPool): Promise<PassStore> {
  await pool.withClient(async (client) => {
    await requireDurable(client);
    await migratePostgres(client, POSTGRES_TABLES);
  });
  return new PostgresPasses(pool);
}

class PostgresPasses implements PassStore {
  readonly #pool: PostgresPool;

  constructor(pool: PostgresPool) {
    this.#pool = pool;
  }

  take(expS: number, basis: PassBasis, handle: string): Promise<PassIndex> {
    return this.#pool.transact(async (client) => {
      const { list, secret } = (await lockOpenList(client)) ?? (await makeList(client));
      const tag = tagOf(secret, basis.province, handle);
      const on = await basisOf(client, list, basis);
      let idx = randomIndex();
      while ((await client.query(TAKE, [list, idx, tag, on])).rowCount === 0) idx = randomIndex();
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
      await client.query(GROW, [list]);
      return true;
    });
  }

  withdrawAbout(province: ProvinceCode, handle: string | null): Promise<void> {
    return this.#pool.transact(async (client) => {
      const { rows } = await client.query<Row>(LOCK_ALL);
      for (const row of rows) {
        const [list, secret] = [String(row['id']), String(row['tag_secret'])];
        const tag = handle === null ? null : tagOf(secret, province, handle);
        const { rowCount } = await client.query(WITHDRAW_ABOUT, [list, province, tag]);
        if ((rowCount ?? 0) > 0) await client.query(GROW, [list]);
      }
    });
  }

  async indexesOn(list: string, { province, mandate }: PassBasis): Promise<number[]> {
    const select = `SELECT idx FROM huren_pass_taken WHERE list = $1 AND basis IN (${BASIS})`;
    const rows = await this.#pool.rows(select, [list, province, mandate]);
    return rows.map(({ idx }) => Number(idx));
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
    await this.#pool.rows(DROP_ENDED, [nowS]);
  }

  async probe(): Promise<void> {
    await this.#pool.rows('SELECT 1', [], PROBE_TIMEOUT_MS);
  }

  async close(): Promise<void> {}
}

async function lockOpenList(client: pg.ClientBase): Promise<OpenList | null> {
  const { rows } = await client.query<Row>(LOCK_OPEN, [FULL_AT]);
  return rows[0] === undefined ? null : { list: String(rows[0]['id']), secret: String(rows[0]['tag_secret']) };
}

async function makeList(client: pg.ClientBase): Promise<OpenList> {
  const [list, secret] = [newListId(), newTagSecret()];
  await client.query('INSERT INTO huren_pass_list VALUES ($1, 0, 0, 0, $2)', [list, secret]);
  return { list, secret };
}

async function basisOf(client: pg.ClientBase, list: string, { province, mandate }: PassBasis): Promise<number> {
  const key = [list, province, mandate];
  await client.query(NOTE_BASIS, key);
  const { rows } = await client.query<Row>(BASIS, key);
  return Number(rows[0]?.['id']);
}
