import type { Migrations } from '../stores/migrations.ts';
import { openSqliteFile, type SqliteFile } from '../stores/sqlite-file.ts';
import type { MinuteRows } from './coverage-counter.ts';
import { type CoverageRow, storedRows } from './coverage-rows.ts';
import type { CoverageStore } from './coverage-store.ts';

const MIGRATIONS: Migrations = {
  store: 'coverage',
  firstTable: 'coverage',
  steps: [
    `CREATE TABLE coverage (
       minute INTEGER, issuer TEXT, destination TEXT, counter TEXT, n INTEGER NOT NULL,
       PRIMARY KEY (minute, issuer, destination, counter)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE coverage_batch (id TEXT PRIMARY KEY, minute INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
  ],
};
const ADD = `
  INSERT INTO coverage VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET n = n + excluded.n`;
const SUMS = `
  SELECT issuer, destination, counter, SUM(n) AS n FROM coverage WHERE minute > ? GROUP BY issuer, destination, counter`;

/** Opens the file at `path`, making it if need be. Several processes may have it open. Throws StoreError. */
export async function openSqliteCoverage(path: string): Promise<CoverageStore> {
  return new SqliteCoverage(openSqliteFile(path, MIGRATIONS), path);
}

class SqliteCoverage implements CoverageStore {
  readonly #file: SqliteFile;
  readonly #path: string;

  constructor(file: SqliteFile, path: string) {
    this.#file = file;
    this.#path = path;
  }

  async add(batch: string, minutes: readonly MinuteRows[]): Promise<void> {
    this.#file.transact(() => this.#addInside(batch, minutes));
  }

  async sumsAfter(minute: number): Promise<CoverageRow[]> {
    return this.#file.attempt(() => storedRows(this.#file.prepare(SUMS).all(minute), this.#path));
  }

  async probe(): Promise<void> {
    this.#file.attempt(() => this.#file.prepare('SELECT count(*) FROM sqlite_schema').get());
  }

  async forgetBefore(minute: number): Promise<void> {
    this.#file.transact(() => {
      this.#file.prepare('DELETE FROM coverage WHERE minute < ?').run(minute);
      this.#file.prepare('DELETE FROM coverage_batch WHERE minute < ?').run(minute);
    });
  }

  async close(): Promise<void> {
    this.#file.close();
  }

  #addInside(batch: string, minutes: readonly MinuteRows[]): void {
    const newest = Math.max(0, ...minutes.map(({ minute }) => minute));
    const marked = this.#file.prepare('INSERT OR IGNORE INTO coverage_batch VALUES (?, ?)').run(batch, newest);
    if (marked.changes === 0) return;
    const add = this.#file.prepare(ADD);
    for (const { minute, rows } of minutes) {
      for (const { issuer, destination, counter, n } of rows) add.run(minute, issuer, destination, counter, n);
    }
  }
}
