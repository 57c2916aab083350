import { setImmediate as immediate } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { CacheEntry, CacheTier } from './cached-answer.ts';
import { EntryPacker, type KeptEntry } from './kept-entry.ts';

const DEFAULT_BOUNDS = { maxEntries: 100_000, maxBytes: 128 * 1024 * 1024 };
/** Name, tag, times and the map's own share, beside the texts that are an entry's own. */
const ENTRY_BYTES = 450;
/** Entries that are looked at in one turn of the event loop, when some have to go. */
const SWEPT_A_TURN = 2_000;

/** The first tier: this process's memory, bounded in entries and bytes. */
export class MemoryTier implements CacheTier {
  readonly #entries: LRUCache<string, KeptEntry>;
  readonly #packer = new EntryPacker();
  readonly #nowMs: () => number;
  #sweeping: Promise<void> = Promise.resolve();

  constructor(nowMs: () => number, bounds: typeof DEFAULT_BOUNDS = DEFAULT_BOUNDS) {
    this.#nowMs = nowMs;
    this.#entries = new LRUCache({
      max: bounds.maxEntries,
      maxSize: bounds.maxBytes,
      sizeCalculation: bytesOf,
    });
  }

  /** Entries that are kept, usable or not. */
  get size(): number {
    return this.#entries.size;
  }

  /** As `get`, at once: a hit in memory costs no turn of the event loop. */
  peek(name: string): CacheEntry | null {
    const entry = this.#entries.get(name);
    if (entry === undefined) return null;
    if (entry.usableUntilMs > this.#nowMs()) return this.#packer.unpack(entry);
    this.#entries.delete(name);
    return null;
  }

  async get(name: string): Promise<CacheEntry | null> {
    return this.peek(name);
  }

  async put(name: string, entry: CacheEntry): Promise<void> {
    this.keep(name, entry);
  }

  /** As `put`, at once. */
  keep(name: string, entry: CacheEntry): void {
    if (entry.usableUntilMs > this.#nowMs()) this.#entries.set(name, this.#packer.pack(entry));
  }

  /** Frees what is over, or what may not be used any more; some of it a turn, so that nobody waits for the rest. */
  sweep(admits: (entry: KeptEntry) => boolean): Promise<void> {
    this.#sweeping = this.#sweeping.then(async () => {
      const names = [...this.#entries.keys()];
      for (let at = 0; at < names.length; at += SWEPT_A_TURN) {
        await immediate();
        for (const name of names.slice(at, at + SWEPT_A_TURN)) this.#drop(name, admits);
      }
    });
    return this.#sweeping;
  }

  #drop(name: string, admits: (entry: KeptEntry) => boolean): void {
    const entry = this.#entries.peek(name);
    if (entry !== undefined && (entry.usableUntilMs <= this.#nowMs() || !admits(entry))) this.#entries.delete(name);
  }
}

function bytesOf(entry: KeptEntry): number {
  if ('absent' in entry) return ENTRY_BYTES;
  const { rest, handle, act, signatures, common } = entry;
  // Headers of signed steps are shared, unless somebody makes them up one by one.
  const heads = common.act?.approvals.reduce((sum, { head }) => sum + (head?.length ?? 0), 0) ?? 0;
  return ENTRY_BYTES + rest.length + handle.length + (act?.length ?? 0) + (signatures?.length ?? 0) + heads;
}
