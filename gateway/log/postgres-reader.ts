import { PostgresPool, type Row } from '../stores/postgres-pool.ts';
import { requireRange, type StoredHead, treeHeadOf } from './append-plan.ts';
import { LogError } from './log-error.ts';
import type { NodeId } from './merkle-proof.ts';
import type { CheckpointSlot, Inventory, LogReader, TreeHead } from './store.ts';
import { inLogTerms } from './store-fault.ts';
import { storedBytes, storedCount, storedText } from './stored-values.ts';

// Sub-selects rather than joins: a planner without statistics may join by reading a whole table.
const READ = `
  SELECT idx, bytes FROM huren_log_entry
  WHERE idx >= $1 AND idx < $2 AND idx < (SELECT size FROM huren_log_head) ORDER BY idx`;

const HASHES = `
  SELECT (SELECT hash FROM huren_log_hash AS stored WHERE stored.level = wanted.level AND stored.idx = wanted.idx)
  FROM unnest($1::smallint[], $2::bigint[]) WITH ORDINALITY AS wanted (level, idx, place) ORDER BY wanted.place`;

const INVENTORY = `
  SELECT size, peaks, (SELECT COUNT(*) FROM huren_log_entry) AS entries,
    (SELECT COUNT(*) FROM huren_log_hash) AS hashes FROM huren_log_head`;

/**
 * Opens an existing log for reading, for an audit: with a role that may only SELECT, and on a stand-by server as well.
 * `corrupt` at the first look where there is no log, `unavailable` when the database cannot be reached.
 */
export function openPostgresReader(connectionString: string): LogReader {
  const pool = new PostgresPool(connectionString, { readOnly: true });
  return new PostgresReader(pool, () => pool.close());
}

/** The reading side. What a subclass writes goes over the same pool, which others use as well. */
export class PostgresReader implements LogReader {
  protected readonly pool: PostgresPool;
  protected isOpen = true;
  readonly #closed: () => Promise<void>;

  constructor(pool: PostgresPool, closed: () => Promise<void> = async () => {}) {
    this.pool = pool;
    this.#closed = closed;
  }

  async head(): Promise<TreeHead> {
    return treeHeadOf(await this.storedHead());
  }

  async read(from: number, to: number): Promise<Uint8Array[]> {
    requireRange(from, to, Number.MAX_SAFE_INTEGER);
    const rows = await this.rows(READ, [from, to]);
    if (rows.length === 0 || rows.length < to - from) requireRange(from, to, (await this.storedHead()).size);
    return Array.from({ length: to - from }, (_, at) => {
      const row = rows[at];
      if (row === undefined || storedCount(row['idx']) !== from + at) {
        throw new LogError('corrupt', `entry ${from + at} is missing`, { index: from + at });
      }
      return storedBytes(row['bytes']);
    });
  }

  async hashes(nodes: readonly NodeId[]): Promise<Uint8Array[]> {
    const rows = await this.rows(HASHES, [nodes.map(({ level }) => level), nodes.map(({ index }) => index)]);
    return nodes.map(({ level, index }, at) => {
      const hash = rows[at]?.['hash'] ?? undefined;
      if (hash === undefined) throw new LogError('corrupt', `the hash at level ${level}, index ${index} is missing`);
      return storedBytes(hash);
    });
  }

  async loadCheckpoint(slot: CheckpointSlot): Promise<string | undefined> {
    const [row] = await this.rows('SELECT note FROM huren_log_checkpoint WHERE slot = $1', [slot]);
    return row === undefined ? undefined : storedText(row['note']);
  }

  async inventory(): Promise<Inventory> {
    const row = requireHead((await this.rows(INVENTORY, []))[0]);
    return {
      ...treeHeadOf(storedHeadOf(row)),
      entries: storedCount(row['entries']),
      hashes: storedCount(row['hashes']),
    };
  }

  async close(): Promise<void> {
    if (!this.isOpen) return;
    this.isOpen = false;
    await this.#closed();
  }

  protected async storedHead(): Promise<StoredHead> {
    return storedHeadOf(requireHead((await this.rows('SELECT size, peaks FROM huren_log_head', []))[0]));
  }

  protected async rows(sql: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return await this.inOpenLog(() => this.pool.rows(sql, values));
  }

  protected async inOpenLog<T>(work: () => Promise<T>): Promise<T> {
    if (!this.isOpen) throw new LogError('closed', 'the log is closed');
    return await inLogTerms(work);
  }
}

export function requireHead(row: Row | undefined): Row {
  if (row === undefined) throw new LogError('corrupt', 'the head is missing');
  return row;
}

export function storedHeadOf(row: Row): StoredHead {
  return { size: storedCount(row['size']), peaks: storedBytes(row['peaks']) };
}
