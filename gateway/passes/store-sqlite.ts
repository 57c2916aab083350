import { z } from 'zod';
import { type ProvinceCode, provinceCodeSchema } from '../../schemas/code-lists/index.ts';
import { openSqliteFile, type SqliteFile } from '../stores/sqlite-file.ts';
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
import { SQLITE_TABLES } from './pass-tables.ts';

const basesSchema = z.array(z.object({ province: provinceCodeSchema, mandate: z.string() }));

/** A list with room in it. */
interface OpenList {
  readonly list: string;
  readonly secret: string;
}

/** Opens the file at `path`, making it if need be. Several processes may have it open. Throws StoreError. */
export async function openSqlitePasses(path: string): Promise<PassStore> {
  const file = openSqliteFile(path, SQLITE_TABLES);
  const store = new SqlitePasses(file);
  try {
    // All of it is read once, so that damage shows here and not at the first pass.
    file.attempt(() => file.prepare('SELECT (SELECT count(*) FROM list), (SELECT sum(withdrawn) FROM taken)').get());
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

class SqlitePasses implements PassStore {
  readonly #file: SqliteFile;

  constructor(file: SqliteFile) {
    this.#file = file;
  }

  async take(expS: number, basis: PassBasis, handle: string): Promise<PassIndex> {
    return this.#file.transact(() => {
      const { list, secret } = this.#openList() ?? this.#newList();
      const tag = tagOf(secret, basis.province, handle);
      const on = this.#basisOf(list, basis);
      const insert = this.#file.prepare('INSERT OR IGNORE INTO taken VALUES (?, ?, 0, ?, ?)');
      let idx = randomIndex();
      while (insert.run(list, idx, tag, on).changes === 0) idx = randomIndex();
      this.#file.prepare('UPDATE list SET taken = taken + 1, ends_s = MAX(ends_s, ?) WHERE id = ?').run(expS, list);
      return { list, idx };
    });
  }

  async withdraw({ list, idx }: PassIndex): Promise<boolean> {
    return this.#file.transact(() => {
      const mark = this.#file.prepare('UPDATE taken SET withdrawn = 1 WHERE list = ? AND idx = ?');
      if (mark.run(list, idx).changes === 0) return false;
      this.#file.prepare('UPDATE list SET version = version + 1 WHERE id = ?').run(list);
      return true;
    });
  }

  async withdrawAbout(province: ProvinceCode, handle: string | null): Promise<void> {
    this.#file.transact(() => {
      const mark = this.#file.prepare(
        `UPDATE taken SET withdrawn = 1 WHERE list = ? AND withdrawn = 0 AND tag = coalesce(?, tag)
         AND basis IN (SELECT id FROM basis WHERE list = ? AND province = ?)`,
      );
      const grow = this.#file.prepare('UPDATE list SET version = version + 1 WHERE id = ?');
      for (const { id, tag_secret: secret } of this.#file.prepare('SELECT id, tag_secret FROM list').all()) {
        const tag = handle === null ? null : tagOf(String(secret), province, handle);
        if (mark.run(String(id), tag, String(id), province).changes > 0) grow.run(String(id));
      }
    });
  }

  async indexesOn(list: string, { province, mandate }: PassBasis): Promise<number[]> {
    const on = 'SELECT id FROM basis WHERE list = ? AND province = ? AND mandate = ?';
    const rows = this.#file.attempt(() =>
      this.#file
        .prepare(`SELECT idx FROM taken WHERE list = ? AND basis IN (${on})`)
        .all(list, list, province, mandate),
    );
    return rows.map(({ idx }) => Number(idx));
  }

  async stateOf(list: string): Promise<ListState | null> {
    return this.#file.attempt(() => {
      const row = this.#file.prepare('SELECT version FROM list WHERE id = ?').get(list);
      if (row === undefined) return null;
      const rows = this.#file.prepare('SELECT idx FROM taken WHERE list = ? AND withdrawn = 1').all(list);
      const bases = this.#file.prepare('SELECT province, mandate FROM basis WHERE list = ? ORDER BY id').all(list);
      const known = basesSchema.safeParse(bases);
      if (!known.success) throw new StoreError('damaged', 'passes', { cause: known.error });
      return {
        version: Number(row['version']),
        withdrawn: rows.map(({ idx }) => Number(idx)),
        bases: known.data,
      };
    });
  }

  async lists(): Promise<string[]> {
    const rows = this.#file.attempt(() => this.#file.prepare('SELECT id FROM list').all());
    return rows.map(({ id }) => String(id));
  }

  async dropEnded(nowS: number): Promise<void> {
    this.#file.transact(() => {
      const ended = this.#file.prepare('SELECT id FROM list WHERE ends_s > 0 AND ends_s <= ?').all(nowS);
      for (const { id } of ended) {
        this.#file.prepare('DELETE FROM taken WHERE list = ?').run(String(id));
        this.#file.prepare('DELETE FROM basis WHERE list = ?').run(String(id));
        this.#file.prepare('DELETE FROM list WHERE id = ?').run(String(id));
      }
    });
  }

  async probe(): Promise<void> {
    this.#file.attempt(() => this.#file.prepare('SELECT count(*) FROM sqlite_schema').get());
  }

  async close(): Promise<void> {
    this.#file.close();
  }

  #openList(): OpenList | null {
    const row = this.#file.prepare('SELECT id, tag_secret FROM list WHERE taken < ? LIMIT 1').get(FULL_AT);
    return row === undefined ? null : { list: String(row['id']), secret: String(row['tag_secret']) };
  }

  #newList(): OpenList {
    const [list, secret] = [newListId(), newTagSecret()];
    this.#file.prepare('INSERT INTO list (id, ends_s, version, tag_secret) VALUES (?, 0, 0, ?)').run(list, secret);
    return { list, secret };
  }

  #basisOf(list: string, { province, mandate }: PassBasis): number {
    const row = [list, province, mandate] as const;
    this.#file.prepare('INSERT OR IGNORE INTO basis (list, province, mandate) VALUES (?, ?, ?)').run(...row);
    const found = this.#file
      .prepare('SELECT id FROM basis WHERE list = ? AND province = ? AND mandate = ?')
      .get(...row);
    return Number(found?.['id']);
  }
}
