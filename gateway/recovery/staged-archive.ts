import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sameBytes } from '../log/merkle.ts';
import type { LogStore } from '../log/store.ts';
import { openSqliteStore } from '../log/store-sqlite.ts';
import type { KeptStore } from '../stores/kept-store.ts';
import type { KeptRow, KeptTable } from '../stores/kept-table.ts';
import { type ArchiveLine, type Head, type Part, readArchive, rowValuesSchema } from './archive.ts';
import { requireCovered } from './back-up.ts';
import { RecoveryError } from './recovery-error.ts';

/** An archive that was read to its end, beside everything that is here: nothing of it is in use. */
export interface StagedArchive {
  readonly head: Head;
  /** Null where the archive has no log, or none was asked for. */
  readonly log: { readonly store: LogStore; readonly signed: string | null; readonly cosigned: string | null } | null;
  readonly files: () => Iterable<{ readonly path: string; readonly bytes: Buffer }>;
  readonly fileCount: number;
  readonly rowsOf: (store: KeptStore, table: KeptTable) => Iterable<KeptRow>;
  readonly rowCount: (store: KeptStore) => number;
  readonly close: () => Promise<void>;
}

interface StageJob {
  readonly file: string;
  readonly passphrase: string;
  readonly parts: readonly Part[];
  /** An empty folder that nobody else reads, gone afterwards. */
  readonly folder: string;
  readonly onProgress: (part: Part, done: number) => void;
}

const AT_ONCE = 512;

/** Reads and authenticates all of an archive. Throws RecoveryError as `readArchive` does, `log_invalid`. */
export async function stageArchive(job: StageJob): Promise<StagedArchive> {
  const scratch = new Scratch(join(job.folder, 'parts.sqlite'));
  const log = openSqliteStore(join(job.folder, 'log.sqlite'));
  const close = async () => {
    scratch.close();
    await log.close();
  };
  try {
    const { head, logLine } = await read(job, scratch, log);
    scratch.end();
    return {
      head,
      log: logLine === null ? null : { store: log, signed: logLine.signed, cosigned: logLine.cosigned },
      files: () => scratch.files(),
      fileCount: scratch.count('file'),
      rowsOf: (store, table) => scratch.rows(store.name, table),
      rowCount: ({ name }) => scratch.count(name),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type LogLine = Extract<ArchiveLine, { is: 'log' }>;

async function read({ file, passphrase, parts, onProgress }: StageJob, scratch: Scratch, log: LogStore) {
  let head: Head | null = null;
  let logLine: LogLine | null = null;
  let waiting: Uint8Array[] = [];
  const append = async () => {
    const { size } = await log.append(waiting);
    waiting = [];
    onProgress('log', size);
  };
  for (const line of readArchive(file, passphrase)) {
    if (line.is === 'backup') head = line;
    if (line.is === 'row' && parts.includes(line.store)) scratch.addRow(line);
    if (line.is === 'file' && parts.includes('keys')) scratch.addFile(line);
    if (!parts.includes('log')) continue;
    if (line.is === 'entry') waiting.push(Buffer.from(line.bytes, 'base64'));
    if (waiting.length === AT_ONCE || line.is === 'log') await append();
    if (line.is !== 'log') continue;
    await requireLog(log, line);
    logLine = line;
  }
  if (head === null) throw new RecoveryError('archive_damaged', `${file} does not say what it is`);
  return { head, logLine };
}

async function requireLog(log: LogStore, { size, root, signed, cosigned }: LogLine): Promise<void> {
  const head = await log.head();
  if (head.size !== size || !sameBytes(head.root, Buffer.from(root, 'base64'))) {
    throw new RecoveryError('log_invalid', `the entries of the archive are not the log of ${size} that it names`);
  }
  for (const note of [signed, cosigned]) if (note !== null) await requireCovered(log, size, note);
}

/** What waits to be put back. Nothing of it survives this process. */
class Scratch {
  readonly #db: DatabaseSync;

  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    this.#db.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
      CREATE TABLE part (at INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, held TEXT NOT NULL) STRICT;
      CREATE INDEX part_kind ON part (kind, name); BEGIN`);
  }

  addRow({ store, table, values }: Extract<ArchiveLine, { is: 'row' }>): void {
    this.#add(store, table, JSON.stringify(values));
  }

  addFile({ path, bytes }: Extract<ArchiveLine, { is: 'file' }>): void {
    this.#add('file', path, bytes);
  }

  end(): void {
    this.#db.exec('COMMIT');
  }

  count(kind: string): number {
    return Number(this.#db.prepare('SELECT count(*) AS n FROM part WHERE kind = ?').get(kind)?.['n']);
  }

  *files(): Generator<{ path: string; bytes: Buffer }> {
    for (const { name, held } of this.#of('file')) yield { path: name, bytes: Buffer.from(held, 'base64') };
  }

  *rows(store: string, { name, columns }: KeptTable): Generator<KeptRow> {
    for (const { held } of this.#of(store, name)) {
      const row = rowValuesSchema.parse(JSON.parse(held));
      if (row.length !== columns.length) {
        throw new RecoveryError(
          'archive_newer',
          `table ${name} of the archive has columns that this program does not know`,
        );
      }
      yield row;
    }
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  #add(kind: string, name: string, held: string): void {
    this.#db.prepare('INSERT INTO part (kind, name, held) VALUES (?, ?, ?)').run(kind, name, held);
  }

  *#of(kind: string, name: string | null = null): Generator<{ name: string; held: string }> {
    const sql = 'SELECT name, held FROM part WHERE kind = ? AND name = coalesce(?, name) ORDER BY at';
    for (const row of this.#db.prepare(sql).iterate(kind, name)) {
      yield { name: String(row['name']), held: String(row['held']) };
    }
  }
}
