import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KEPT_COVERAGE } from '../coverage/coverage-tables.ts';
import { parseCheckpoint } from '../log/checkpoint.ts';
import { CompactRange } from '../log/compact-range.ts';
import { leafHash, sameBytes } from '../log/merkle.ts';
import { treeRoot } from '../log/merkle-proof.ts';
import { openPostgresReader } from '../log/postgres-reader.ts';
import type { LogReader } from '../log/store.ts';
import { openSqliteReader } from '../log/store-sqlite.ts';
import { KEPT_PASSES } from '../passes/pass-tables.ts';
import { type KeptStore, readKeptDatabase, readKeptFile } from '../stores/kept-store.ts';
import { PostgresPool } from '../stores/postgres-pool.ts';
import { type ArchiveWriter, type Counts, createArchive, type Part } from './archive.ts';
import { keptFiles, type NodePlaces, readKept } from './node-places.ts';
import { RecoveryError } from './recovery-error.ts';

interface BackUpJob {
  /** The archive to write. */
  readonly file: string;
  readonly passphrase: string;
  readonly places: NodePlaces;
  readonly parts: readonly Part[];
  readonly program: string;
  readonly nowS: number;
  readonly onProgress: (part: Part, done: number) => void;
}

/** What is in an archive: null where the node has no such part, or it was not asked for. The root is Base64. */
export interface BackedUp extends Counts {
  readonly made_s: number;
  readonly parts: readonly Part[];
  readonly log: { readonly size: number; readonly root: string } | null;
  readonly bytes: number;
}

const AT_ONCE = 256;
const PROGRESS_EVERY = 1_000;

/**
 * Seals what a node has to keep into one file, while the node runs: every store as of one moment of its own, and keys
 * after the log, so that no key is missing that the log names. Throws RecoveryError, LogError, StoreError, KeyError.
 */
export async function backUp(job: BackUpJob): Promise<BackedUp> {
  const { file, passphrase, places, parts, program, nowS } = job;
  const archive = createArchive(file, passphrase);
  try {
    archive.add({ is: 'backup', made_s: nowS, program, parts: [...parts] });
    const log = parts.includes('log') && places.writesLog ? await backUpLog(job, archive) : null;
    for (const store of [KEPT_COVERAGE, KEPT_PASSES]) {
      if (parts.includes(store.name)) await backUpRows(job, archive, store);
    }
    if (parts.includes('keys')) {
      for (const kept of keptFiles(places)) {
        archive.add({ is: 'file', path: kept.path, bytes: readKept(kept).toString('base64') });
      }
    }
    // A misspelt directory must not end as a backup that is found empty on the day when it is needed.
    if (archive.isEmpty()) throw new RecoveryError('nothing_kept', `there is nothing to keep in ${places.dataDir}`);
    return { made_s: nowS, parts, log, ...archive.finish() };
  } finally {
    archive.abandon();
  }
}

async function backUpLog({ places, onProgress }: BackUpJob, archive: ArchiveWriter): Promise<BackedUp['log']> {
  const store = openLog(places);
  if (store === null) return null;
  try {
    // Read before the head: a log that grows meanwhile is then ahead of its checkpoints, never behind.
    const signed = (await store.loadCheckpoint('signed')) ?? null;
    const cosigned = (await store.loadCheckpoint('cosigned')) ?? null;
    const { size, root } = await store.head();
    const range = new CompactRange();
    for (let from = 0; from < size; from += AT_ONCE) {
      for (const entry of await store.read(from, Math.min(from + AT_ONCE, size))) {
        range.append(leafHash(entry));
        archive.add({ is: 'entry', bytes: Buffer.from(entry).toString('base64') });
      }
      onProgress('log', range.size);
    }
    // Found now, and not on the day when it is needed.
    if (!sameBytes(range.root(), root)) throw notWhole();
    for (const note of [signed, cosigned]) if (note !== null) await requireCovered(store, size, note);
    const log = { size, root: Buffer.from(root).toString('base64') };
    archive.add({ is: 'log', ...log, signed, cosigned });
    return log;
  } finally {
    await store.close();
  }
}

/** Throws RecoveryError `log_invalid` unless a log of this size begins with what the note was signed for. */
export async function requireCovered(store: LogReader, size: number, note: string): Promise<void> {
  const signed = parseCheckpoint(note);
  const isWithin = signed.size <= size;
  if (!isWithin || !sameBytes(await treeRoot(signed.size, (nodes) => store.hashes(nodes)), signed.root)) {
    throw notWhole();
  }
}

async function backUpRows({ places, onProgress }: BackUpJob, archive: ArchiveWriter, store: KeptStore): Promise<void> {
  let rows = 0;
  const add: Parameters<typeof readKeptFile>[2] = ({ name: table }, values) => {
    archive.add({ is: 'row', store: store.name, table, values: [...values] });
    rows += 1;
    if (rows % PROGRESS_EVERY === 0) onProgress(store.name, rows);
  };
  if (places.databaseUrl === null) {
    readKeptFile(join(places.dataDir, `${store.name}.sqlite`), store, add);
    return;
  }
  const pool = new PostgresPool(places.databaseUrl, { readOnly: true });
  try {
    await readKeptDatabase(pool, store, add);
  } finally {
    await pool.close();
  }
}

function openLog({ databaseUrl, dataDir }: NodePlaces): LogReader | null {
  if (databaseUrl !== null) return openPostgresReader(databaseUrl);
  const path = join(dataDir, 'log.sqlite');
  return existsSync(path) ? openSqliteReader(path) : null;
}

function notWhole(): RecoveryError {
  return new RecoveryError('log_invalid', 'the log is not what was signed: huren log verify says where');
}
