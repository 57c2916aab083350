import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { MinuteRows } from './coverage-counter.ts';
import { type CoverageRow, coverageRowSchema } from './coverage-rows.ts';
import { CoverageError, type CoverageErrorCode, type CoverageStore } from './coverage-store.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS coverage (
    minute INTEGER, issuer TEXT, destination TEXT, counter TEXT, n INTEGER NOT NULL,
    PRIMARY KEY (minute, issuer, destination, counter)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS coverage_batch (id TEXT PRIMARY KEY, minute INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;
const ADD = `
  INSERT INTO coverage VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET n = n + excluded.n`;
const SUMS = `
  SELECT issuer, destination, counter, SUM(n) AS n FROM coverage WHERE minute > ? GROUP BY issuer, destination, counter`;

/** Opens the file at `path`, making it if need be. Several processes may have it open. Throws CoverageError. */
export function openSqliteCoverage(path: string): CoverageStore {
  return attempt(() => {
    const db = new DatabaseSync(path, { timeout: 5_000 });
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    db.exec(SCHEMA);
    return new SqliteCoverage(db);
  });
}

class SqliteCoverage implements CoverageStore {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  async add(batch: string, minutes: readonly MinuteRows[]): Promise<void> {
    attempt(() => {
      this.#db.exec('BEGIN IMMEDIATE');
      try {
        this.#addInside(batch, minutes);
        this.#db.exec('COMMIT');
      } catch (error) {
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
        throw error;
      }
    });
  }

  async sumsAfter(minute: number): Promise<CoverageRow[]> {
    return attempt(() => z.array(coverageRowSchema).parse(this.#db.prepare(SUMS).all(minute)));
  }

  async probe(): Promise<void> {
    attempt(() => this.#db.prepare('SELECT 1').get());
  }

  async forgetBefore(minute: number): Promise<void> {
    attempt(() => {
      this.#db.prepare('DELETE FROM coverage WHERE minute < ?').run(minute);
      this.#db.prepare('DELETE FROM coverage_batch WHERE minute < ?').run(minute);
    });
  }

  async close(): Promise<void> {
    this.#db.close();
  }

  #addInside(batch: string, minutes: readonly MinuteRows[]): void {
    const newest = Math.max(0, ...minutes.map(({ minute }) => minute));
    const marked = this.#db.prepare('INSERT OR IGNORE INTO coverage_batch VALUES (?, ?)').run(batch, newest);
    if (marked.changes === 0) return;
    const add = this.#db.prepare(ADD);
    for (const { minute, rows } of minutes) {
      for (const { issuer, destination, counter, n } of rows) add.run(minute, issuer, destination, counter, n);
    }
  }
}

// SQLite's result codes (sqlite.org/rescode.html): full, a write that the system refused, corrupt, not a database.
const CODE_OF_RESULT: Readonly<Record<number, CoverageErrorCode>> = {
  13: 'disk_full',
  778: 'disk_full',
  11: 'corrupt',
  26: 'corrupt',
};

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const result = cause instanceof Error && 'errcode' in cause ? cause.errcode : undefined;
    const code = typeof result === 'number' ? (CODE_OF_RESULT[result] ?? CODE_OF_RESULT[result & 0xff]) : undefined;
    throw new CoverageError(code ?? 'unavailable', { cause });
  }
}
