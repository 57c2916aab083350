import { LRUCache } from 'lru-cache';
import type { CacheEntry, CacheTier } from './cached-answer.ts';

const DEFAULT_BOUNDS = { maxEntries: 100_000, maxBytes: 128 * 1024 * 1024 };
/** Claims, reasons and the map's own share, beside the statement. */
const ENTRY_BYTES = 1_200;

/** The first tier: this process's memory, bounded in entries and bytes. */
export class MemoryTier implements CacheTier {
  readonly #entries: LRUCache<string, CacheEntry>;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number, bounds: typeof DEFAULT_BOUNDS = DEFAULT_BOUNDS) {
    this.#nowMs = nowMs;
    this.#entries = new LRUCache({
      max: bounds.maxEntries,
      maxSize: bounds.maxBytes,
      sizeCalculation: ({ answer }) => ENTRY_BYTES + (answer.kind === 'claims' ? (answer.statement?.length ?? 0) : 0),
    });
  }

  /** As `get`, at once: a hit in memory costs no turn of the event loop. */
  peek(name: string): CacheEntry | null {
    const entry = this.#entries.get(name);
    if (entry === undefined) return null;
    if (entry.usableUntilMs > this.#nowMs()) return entry;
    this.#entries.delete(name);
    return null;
  }

  async get(name: string): Promise<CacheEntry | null> {
    return this.peek(name);
  }

  async put(name: string, entry: CacheEntry): Promise<void> {
    if (entry.usableUntilMs > this.#nowMs()) this.#entries.set(name, entry);
  }
}
