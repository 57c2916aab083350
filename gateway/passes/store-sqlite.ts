import type { Migrations } from '../stores/migrations.ts';
import { openSqliteFile, type SqliteFile } from '../stores/sqlite-file.ts';
import { FULL_AT, type ListState, newListId, type PassIndex, type PassStore, randomIndex } from './pass-store.ts';

const MIGRATIONS: Migrations = {
  store: 'passes',
  firstTable: 'list',
  steps: [
    `CREATE TABLE list (id TEXT PRIMARY KEY, ends_s INTEGER NOT NULL, version INTEGER NOT NULL) STRICT;
     CREATE TABLE taken (
       list TEXT NOT NULL, idx INTEGER NOT NULL, withdrawn INTEGER NOT NULL, PRIMARY KEY (list, idx)
     ) STRICT, WITHOUT ROWID`,
    // Counted once: counting a list's rows for every pass cost more than all the rest of issuing one.
    `ALTER TABLE list ADD COLUMN taken INTEGER NOT NULL DEFAULT 0;
     UPDATE list SET taken = (SELECT count(*) FROM taken WHERE taken.list = list.id)`,
  ],
};

/** Opens the file at `path`, making it if need be. Several processes may have it open. Throws StoreError. */
export async function openSqlitePasses(path: string): Promise<PassStore> {
  const file = openSqliteFile(path, MIGRATIONS);
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

  async take(expS: number): Promise<PassIndex> {
    return this.#file.transact(() => {
      const list = this.#openList() ?? this.#newList();
      const insert = this.#file.prepare('INSERT OR IGNORE INTO taken VALUES (?, ?, 0)');
      let idx = randomIndex();
      while (insert.run(list, idx).changes === 0) idx = randomIndex();
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

  async stateOf(list: string): Promise<ListState | null> {
    return this.#file.attempt(() => {
      const row = this.#file.prepare('SELECT version FROM list WHERE id = ?').get(list);
      if (row === undefined) return null;
      const rows = this.#file.prepare('SELECT idx FROM taken WHERE list = ? AND withdrawn = 1').all(list);
      return { version: Number(row['version']), withdrawn: rows.map(({ idx }) => Number(idx)) };
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

  #openList(): string | null {
    const row = this.#file.prepare('SELECT id FROM list WHERE taken < ? LIMIT 1').get(FULL_AT);
    return row === undefined ? null : String(row['id']);
  }

  #newList(): string {
    const id = newListId();
    this.#file.prepare('INSERT INTO list (id, ends_s, version) VALUES (?, 0, 0)').run(id);
    return id;
  }
}
