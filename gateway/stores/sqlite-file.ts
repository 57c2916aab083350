import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { CodedError } from '../../schemas/coded-error.ts';
import { type Migrations, migrateSqlite } from './migrations.ts';
import { sqliteError } from './sqlite-error.ts';
import { StoreError } from './store-error.ts';

const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens the file at `path` for writing, making it and its folder if need be, with its tables up to date. Several
 * processes may have it open. Throws StoreError naming the file.
 */
export function openSqliteFile(path: string, migrations: Migrations): SqliteFile {
  return attempted(path, () => {
    makeFolder(path);
    const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    try {
      // fullfsync: on macOS a plain fsync leaves data in the drive's cache. Elsewhere it changes nothing.
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON;');
      migrateSqlite(db, migrations, path);
      return new SqliteFile(db, path);
    } catch (cause) {
      db.close();
      throw cause;
    }
  });
}

/** Opens an existing file for reading beside its writers. Throws StoreError where there is none. */
export function readSqliteFile(path: string): SqliteFile {
  return attempted(
    path,
    () => new SqliteFile(new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS }), path),
  );
}

/** An open SQLite file. What `work` throws of its own passes unchanged; every other error becomes a StoreError. */
export class SqliteFile {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync, path: string) {
    this.#db = db;
    this.#path = path;
  }

  /** To be called inside `attempt` or `transact`. */
  prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  attempt<T>(work: () => T): T {
    if (!this.#db.isOpen) throw new StoreError('closed', this.#path);
    return attempted(this.#path, work);
  }

  /** All of `work` or none of it, on disk when this returns. */
  transact<T>(work: () => T): T {
    return this.attempt(() => {
      this.#db.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        this.#db.exec('COMMIT');
        return result;
      } catch (cause) {
        // SQLite has already rolled back by itself after some errors, a full disk among them.
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
        throw cause;
      }
    });
  }

  /** What `work` reads is of one moment, whoever writes meanwhile. */
  snapshot<T>(work: () => T): T {
    return this.attempt(() => {
      this.#db.exec('BEGIN');
      try {
        return work();
      } finally {
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      }
    });
  }

  close(): void {
    if (this.#db.isOpen) attempted(this.#path, () => this.#db.close());
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new StoreError('unwritable', path, { cause });
  }
}

function attempted<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw cause instanceof CodedError ? cause : sqliteError(cause, path);
  }
}
