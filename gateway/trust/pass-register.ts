import { randomBytes, randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { STATUS_LIST_SIZE } from './status-list.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS list (id TEXT PRIMARY KEY, ends_s INTEGER NOT NULL, version INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS taken (
    list TEXT NOT NULL, idx INTEGER NOT NULL, withdrawn INTEGER NOT NULL, PRIMARY KEY (list, idx)
  ) STRICT, WITHOUT ROWID;
`;
/** A list is left for a new one when half of it is taken: a random index is then found in two tries or so. */
const FULL_AT = STATUS_LIST_SIZE / 2;

export interface PassIndex {
  readonly list: string;
  readonly idx: number;
}

export interface ListState {
  readonly withdrawn: readonly number[];
  /** Grows with every change: the same version is the same list. */
  readonly version: number;
}

/**
 * Which indexes of which status lists are taken and which are withdrawn: nothing else, and nothing about anybody. Kept
 * in SQLite so that a restart never gives an index twice; a list goes when the last of its passes has expired.
 */
export class PassRegister {
  readonly #db: DatabaseSync;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#db = new DatabaseSync(path, { timeout: 5_000 });
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    this.#db.exec(SCHEMA);
  }

  /** Takes a random free index for a pass that expires at `expS`. */
  take(expS: number, nowS: number): PassIndex {
    this.#dropEnded(nowS);
    const list = this.#openList() ?? this.#newList();
    const insert = this.#db.prepare('INSERT OR IGNORE INTO taken VALUES (?, ?, 0)');
    let idx = randomInt(STATUS_LIST_SIZE);
    while (insert.run(list, idx).changes === 0) idx = randomInt(STATUS_LIST_SIZE);
    this.#db.prepare('UPDATE list SET ends_s = MAX(ends_s, ?) WHERE id = ?').run(expS, list);
    return { list, idx };
  }

  /** Withdraws a pass; false where no such pass was given out. */
  withdraw({ list, idx }: PassIndex): boolean {
    const { changes } = this.#db.prepare('UPDATE taken SET withdrawn = 1 WHERE list = ? AND idx = ?').run(list, idx);
    if (changes === 0) return false;
    this.#db.prepare('UPDATE list SET version = version + 1 WHERE id = ?').run(list);
    return true;
  }

  /** What a list has to say, or null where there is none such. */
  stateOf(list: string): ListState | null {
    const row = this.#db.prepare('SELECT version FROM list WHERE id = ?').get(list);
    if (row === undefined) return null;
    const rows = this.#db.prepare('SELECT idx FROM taken WHERE list = ? AND withdrawn = 1').all(list);
    return { version: Number(row['version']), withdrawn: rows.map(({ idx }) => Number(idx)) };
  }

  lists(): string[] {
    return this.#db
      .prepare('SELECT id FROM list')
      .all()
      .map(({ id }) => String(id));
  }

  close(): void {
    this.#db.close();
  }

  #openList(): string | null {
    const row = this.#db
      .prepare('SELECT id FROM list WHERE (SELECT count(*) FROM taken WHERE taken.list = list.id) < ? LIMIT 1')
      .get(FULL_AT);
    return row === undefined ? null : String(row['id']);
  }

  #newList(): string {
    const id = randomBytes(12).toString('hex');
    this.#db.prepare('INSERT INTO list VALUES (?, 0, 0)').run(id);
    return id;
  }

  #dropEnded(nowS: number): void {
    const ended = this.#db.prepare('SELECT id FROM list WHERE ends_s > 0 AND ends_s <= ?').all(nowS);
    for (const { id } of ended) {
      this.#db.prepare('DELETE FROM taken WHERE list = ?').run(String(id));
      this.#db.prepare('DELETE FROM list WHERE id = ?').run(String(id));
    }
  }
}
