import { DatabaseSync } from 'node:sqlite';
import type { Migrations } from '../stores/migrations.ts';
import { sqliteError } from '../stores/sqlite-error.ts';
import { openSqliteFile, readSqliteFile, type SqliteFile } from '../stores/sqlite-file.ts';
import { planAppend, requireRange, type StoredHead, treeHeadOf } from './append-plan.ts';
import { GrowthFeed } from './growth-feed.ts';
import { LogError } from './log-error.ts';
import type { NodeId } from './merkle-proof.ts';
import type { Appended, CheckpointSlot, Inventory, LogReader, LogStore, TreeHead } from './store.ts';
import { asLogError } from './store-fault.ts';
import { storedBytes, storedCount, storedText } from './stored-values.ts';

// Only a new file gets a head: making up a lost one would let the log start again over its own entries.
const MIGRATIONS: Migrations = {
  store: 'log',
  firstTable: 'head',
  steps: [
    `CREATE TABLE entry (idx INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
     CREATE TABLE tree_hash (level INTEGER, idx INTEGER, hash BLOB NOT NULL, PRIMARY KEY (level, idx))
       STRICT, WITHOUT ROWID;
     CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, peaks BLOB NOT NULL) STRICT;
     CREATE TABLE checkpoint (slot TEXT PRIMARY KEY, note TEXT NOT NULL) STRICT;
     INSERT INTO head VALUES (1, 0, x'')`,
  ],
};

/**
 * Opens the log at `path` for writing, making it if need be. One process at a time: `locked` for a second one, until
 * the first closes it or dies (the kernel drops its file lock). Uses `path`, `path`-wal, `path`-shm and `path`.lock.
 */
export function openSqliteStore(path: string): LogStore {
  return translateErrors(() => {
    const lock = takeWriterLock(`${path}.lock`);
    try {
      return new SqliteStore(openSqliteFile(path, MIGRATIONS), lock);
    } catch (cause) {
      lock.close();
      throw cause;
    }
  });
}

/** Opens an existing log for reading beside its writer, for an audit. `unavailable` when there is none. */
export function openSqliteReader(path: string): LogReader {
  return translateErrors(() => new SqliteReader(readSqliteFile(path)));
}

class SqliteReader implements LogReader {
  protected readonly file: SqliteFile;

  constructor(file: SqliteFile) {
    this.file = file;
  }

  async head(): Promise<TreeHead> {
    return this.attempt(() => treeHeadOf(this.storedHead()));
  }

  async read(from: number, to: number): Promise<Uint8Array[]> {
    return this.attempt(() => {
      requireRange(from, to, this.storedHead().size);
      const rows = this.file
        .prepare('SELECT idx, bytes FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx')
        .all(from, to);
      return Array.from({ length: to - from }, (_, at) => {
        const row = rows[at];
        if (row?.['idx'] !== from + at) {
          throw new LogError('corrupt', `entry ${from + at} is missing`, { index: from + at });
        }
        return storedBytes(row['bytes']);
      });
    });
  }

  async hashes(nodes: readonly NodeId[]): Promise<Uint8Array[]> {
    return this.attempt(() => {
      const statement = this.file.prepare('SELECT hash FROM tree_hash WHERE level = ? AND idx = ?');
      return nodes.map(({ level, index }) => {
        const row = statement.get(level, index);
        if (row === undefined) throw new LogError('corrupt', `the hash at level ${level}, index ${index} is missing`);
        return storedBytes(row['hash']);
      });
    });
  }

  async loadCheckpoint(slot: CheckpointSlot): Promise<string | undefined> {
    return this.attempt(() => {
      const row = this.file.prepare('SELECT note FROM checkpoint WHERE slot = ?').get(slot);
      return row === undefined ? undefined : storedText(row['note']);
    });
  }

  async inventory(): Promise<Inventory> {
    return this.attempt(() => {
      const row = this.file
        .prepare(
          `SELECT size, peaks, (SELECT COUNT(*) FROM entry) AS entries, (SELECT COUNT(*) FROM tree_hash) AS hashes
         FROM head`,
        )
        .get();
      const head = treeHeadOf(storedHeadOf(row));
      return { ...head, entries: storedCount(row?.['entries']), hashes: storedCount(row?.['hashes']) };
    });
  }

  async close(): Promise<void> {
    translateErrors(() => this.file.close());
  }

  protected storedHead(): StoredHead {
    return storedHeadOf(this.file.prepare('SELECT size, peaks FROM head').get());
  }

  protected attempt<T>(work: () => T): T {
    return translateErrors(() => this.file.attempt(work));
  }
}

class SqliteStore extends SqliteReader implements LogStore {
  readonly #lock: DatabaseSync;
  readonly #feed = new GrowthFeed();

  constructor(file: SqliteFile, lock: DatabaseSync) {
    super(file);
    this.#lock = lock;
  }

  async append(entries: readonly Uint8Array[], expectedSize?: number): Promise<Appended> {
    const appended = translateErrors(() => this.file.transact(() => this.#write(entries, expectedSize)));
    this.#feed.announce(appended.size);
    return appended;
  }

  async saveCheckpoint(slot: CheckpointSlot, note: string, previous: string | undefined): Promise<boolean> {
    return this.attempt(() => {
      const saved =
        previous === undefined
          ? this.file.prepare('INSERT INTO checkpoint VALUES (?, ?) ON CONFLICT DO NOTHING').run(slot, note)
          : this.file.prepare('UPDATE checkpoint SET note = ? WHERE slot = ? AND note = ?').run(note, slot, previous);
      return saved.changes === 1;
    });
  }

  subscribe(onSize: (size: number) => void): () => void {
    const { size } = this.attempt(() => this.storedHead());
    const stop = this.#feed.add(onSize);
    this.#feed.announce(size);
    return stop;
  }

  override async close(): Promise<void> {
    this.#feed.clear();
    await super.close();
    // Last, so that no second writer comes in while the first still has the file open.
    if (this.#lock.isOpen) this.#lock.close();
  }

  #write(entries: readonly Uint8Array[], expectedSize: number | undefined): Appended {
    const { appended, head, nodes } = planAppend(this.storedHead(), entries, expectedSize);
    const insertEntry = this.file.prepare('INSERT INTO entry VALUES (?, ?)');
    entries.forEach((entry, at) => {
      insertEntry.run(appended.firstIndex + at, entry);
    });
    const insertHash = this.file.prepare('INSERT INTO tree_hash VALUES (?, ?, ?)');
    for (const { level, index, hash } of nodes) insertHash.run(level, index, hash);
    this.file.prepare('UPDATE head SET size = ?, peaks = ?').run(head.size, head.peaks);
    return appended;
  }
}

// The lock is on a file of its own so that audits can read the log while its writer lives, and it is the
// kernel's, so that a killed writer leaves nothing behind.
function takeWriterLock(path: string): DatabaseSync {
  let lock: DatabaseSync | null = null;
  try {
    lock = new DatabaseSync(path, { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (cause) {
    lock?.close();
    throw sqliteError(cause, path);
  }
}

function storedHeadOf(row: Record<string, unknown> | undefined): StoredHead {
  if (row === undefined) throw new LogError('corrupt', 'the head is missing');
  return { size: storedCount(row['size']), peaks: storedBytes(row['peaks']) };
}

function translateErrors<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw asLogError(cause);
  }
}
