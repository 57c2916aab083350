import { join } from 'node:path';
import { KEPT_COVERAGE } from '../coverage/coverage-tables.ts';
import { sameBytes } from '../log/merkle.ts';
import { treeRoot } from '../log/merkle-proof.ts';
import type { LogReader, LogStore } from '../log/store.ts';
import { openPostgresStore } from '../log/store-postgres.ts';
import { openSqliteStore } from '../log/store-sqlite.ts';
import { KEPT_PASSES } from '../passes/pass-tables.ts';
import { keepOutside } from '../registry/kept-checkpoint.ts';
import { fillKeptDatabase, fillKeptFile, isEmptyDatabase, isEmptyFile, type KeptStore } from '../stores/kept-store.ts';
import type { KeptTable } from '../stores/kept-table.ts';
import { PostgresPool } from '../stores/postgres-pool.ts';
import type { Part } from './archive.ts';
import { compareFile, type NodePlaces, placeOf, writeKept } from './node-places.ts';
import { RecoveryError } from './recovery-error.ts';
import type { StagedArchive } from './staged-archive.ts';

export const KEPT_STORES: readonly KeptStore[] = [KEPT_COVERAGE, KEPT_PASSES];
const AT_ONCE = 512;

/** Where a staged archive goes, and with which of its rows. */
export interface PutBackJob {
  readonly staged: StagedArchive;
  readonly places: NodePlaces;
  readonly parts: readonly Part[];
  /** Nothing has happened since the archive was made: what outdates is put back as well. */
  readonly moved: boolean;
  readonly onProgress: (part: Part, done: number) => void;
}

/** What this node has open while something is put back. */
export interface Target {
  /** Null where no log is put back. */
  readonly log: LogStore | null;
  readonly pool: PostgresPool | null;
  readonly close: () => Promise<void>;
}

/**
 * Opens where the archive goes, and refuses unless nothing of it is there, or the very same. Holds the log's lock from
 * then on, so that no node can run on it. Throws RecoveryError `data_present`, LogError, StoreError.
 */
export async function openTarget(job: PutBackJob): Promise<Target> {
  const { staged, places, parts } = job;
  const pool = places.databaseUrl === null ? null : new PostgresPool(places.databaseUrl);
  const target: { log: LogStore | null } = { log: null };
  const close = async () => {
    await target.log?.close();
    await pool?.close();
  };
  try {
    for (const store of KEPT_STORES.filter(({ name }) => parts.includes(name))) await requireEmpty(places, pool, store);
    for (const { path, bytes } of staged.files()) {
      const file = { path, at: placeOf(places, path) };
      if (compareFile(file, bytes) === 'differs') throw present(`${file.at} is there already, and is another one`);
    }
    if (staged.log !== null) {
      target.log = await openLog(places, pool);
      await requireBeginning(target.log, staged.log.store);
    }
    return { log: target.log, pool, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Puts all of it in place. A log that is there by half is refused by whoever starts on it, since the checkpoint of the
 * whole one is kept first, and goes on where it ended when this is done again.
 */
export async function putBack(job: PutBackJob, { log, pool }: Target, checkpointPath: string): Promise<void> {
  const { staged, places, parts, onProgress } = job;
  for (const { path, bytes } of staged.files()) {
    const file = { path, at: placeOf(places, path) };
    if (compareFile(file, bytes) === 'missing') writeKept(file, bytes);
  }
  if (staged.log !== null && log !== null) {
    const { store, signed, cosigned } = staged.log;
    if (signed !== null) keepOutside(checkpointPath, signed);
    await appendRest(log, store, (done) => onProgress('log', done));
    for (const [slot, note] of [['signed', signed] as const, ['cosigned', cosigned] as const]) {
      if (note !== null) await log.saveCheckpoint(slot, note, await log.loadCheckpoint(slot));
    }
  }
  for (const store of KEPT_STORES.filter(({ name }) => parts.includes(name))) {
    if (staged.rowCount(store) === 0) continue;
    const rowsOf = (table: KeptTable) => (table.outdates === true && !job.moved ? [] : staged.rowsOf(store, table));
    if (pool === null) fillKeptFile(join(places.dataDir, `${store.name}.sqlite`), store, rowsOf);
    else await fillKeptDatabase(pool, store, rowsOf);
  }
}

async function openLog({ dataDir }: NodePlaces, pool: PostgresPool | null): Promise<LogStore> {
  return pool === null ? openSqliteStore(join(dataDir, 'log.sqlite')) : await openPostgresStore({ pool });
}

/** A log that is empty, or ended in the middle of being put back, is how the archive's begins. */
async function requireBeginning(log: LogReader, archived: LogReader): Promise<void> {
  const [here, there] = [await log.head(), await archived.head()];
  if (here.size === 0) return;
  const isBeginning =
    here.size <= there.size && sameBytes(await treeRoot(here.size, (nodes) => archived.hashes(nodes)), here.root);
  if (!isBeginning) throw present(`a log of ${here.size} entries is there already`);
}

async function appendRest(log: LogStore, archived: LogReader, onDone: (done: number) => void): Promise<void> {
  const { size } = await archived.head();
  for (let from = (await log.head()).size; from < size; ) {
    const entries = await archived.read(from, Math.min(from + AT_ONCE, size));
    ({ size: from } = await log.append(entries, from));
    onDone(from);
  }
}

async function requireEmpty({ dataDir }: NodePlaces, pool: PostgresPool | null, store: KeptStore): Promise<void> {
  const path = join(dataDir, `${store.name}.sqlite`);
  const isEmpty = pool === null ? isEmptyFile(path, store) : await isEmptyDatabase(pool, store);
  if (!isEmpty) throw present(`${pool === null ? path : 'the database'} has ${store.name} already`);
}

function present(what: string): RecoveryError {
  return new RecoveryError('data_present', what);
}
