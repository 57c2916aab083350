import { setTimeout as delay } from 'node:timers/promises';
import type { CacheKeys, Question } from './cache-keys.ts';
import type { CacheEntry, CacheKey } from './cached-answer.ts';
import type { InvalidationLedger, Position } from './invalidation.ts';
import type { InvalidationFeed } from './invalidation-feed.ts';
import type { MemoryTier } from './memory-tier.ts';
import type { RedisTier } from './redis-tier.ts';

export type CacheTierName = 'l1' | 'l2';
export type CacheResult = 'hit' | 'stale' | 'miss' | 'error';

/** The right to ask on behalf of all instances; the answer is owed to those who wait for it. */
interface Lease {
  readonly name: string;
  readonly token: string;
}

/**
 * What the caches had. `fresh` may be answered from. Where it is null the province is to be asked; `stale` may be
 * answered from if that fails, and `lease` and `seen` go back with the outcome.
 */
export interface Reading {
  readonly fresh: CacheEntry | null;
  readonly stale: CacheEntry | null;
  readonly lease: Lease | null;
  readonly seen: Position;
}

interface Parts {
  readonly memory: MemoryTier;
  readonly shared: RedisTier | null;
  readonly keys: CacheKeys;
  readonly ledger: InvalidationLedger;
  readonly feed: InvalidationFeed;
  readonly nowMs: () => number;
  readonly count: (tier: CacheTierName, result: CacheResult) => void;
}

export interface Patience {
  /** Longest that another instance may keep the right to ask. */
  readonly leaseMs: number;
  /** Longest that this one waits for that other before it asks as well. */
  readonly followMs: number;
}

const POLL_MS = { first: 5, most: 40 };
/**
 * After this many look-ups in a row that failed or were slow Redis is left alone for a moment: a province that answers
 * in milliseconds is not worth waiting for a cache that does not.
 */
const FAILURES_BEFORE_REST = 3;
const SLOW_MS = 60;
const REST_MS = 1_000;

/** Verified answers of provinces: this process's memory before Redis. It never throws: a cache that fails is empty. */
export class StatementCache {
  readonly #parts: Parts;
  #failures = 0;
  #restUntilMs = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  keyOf(question: Question, lifeMs: number): CacheKey {
    return this.#parts.keys.keyOf(question, lifeMs);
  }

  tagOf(province: CacheKey['province'], handle: string): string {
    return this.#parts.keys.tagOf(province, handle);
  }

  /** How far this process has read invalidations: goes into an entry from before its question is asked. */
  position(): Position {
    return this.#parts.ledger.position;
  }

  /** Whether an entry in hand has not been withdrawn meanwhile. */
  admits(entry: CacheEntry): boolean {
    return this.#parts.ledger.admits(entry);
  }

  /** A fresh answer from this process's memory, at once, or null. */
  peek(key: CacheKey): CacheEntry | null {
    const entry = this.#remembered(key);
    if (!this.#isFresh(entry)) return null;
    this.#parts.count('l1', 'hit');
    return entry;
  }

  /**
   * Looks in all tiers, and is done at once where there is one alone. Waits for another instance that is asking the same,
   * but no longer than `followMs`.
   */
  read(key: CacheKey, patience: Patience): Reading | Promise<Reading> {
    const seen = this.#parts.ledger.position;
    const remembered = this.#remembered(key);
    if (this.#isFresh(remembered)) return { fresh: remembered, stale: null, lease: null, seen };
    this.#parts.count('l1', remembered === null ? 'miss' : 'stale');
    const shared = this.#usableShared();
    const here = { fresh: null, stale: remembered, lease: null, seen };
    if (shared === null) return here;
    return this.#readShared(shared, key, patience, seen).then(
      (reading) => (reading.stale === null && reading.fresh === null ? { ...reading, stale: remembered } : reading),
      () => {
        this.#sharedFailed();
        return here;
      },
    );
  }

  /** Keeps an answer in every tier and hands it to those who wait. Nobody waits for Redis here. */
  put(key: CacheKey, entry: CacheEntry, lease: Lease | null): void {
    if (!this.#parts.ledger.admits(entry)) {
      this.release(lease);
      return;
    }
    this.#parts.memory.keep(key.name, entry);
    const shared = this.#usableShared();
    if (shared === null) return;
    const written = lease === null ? shared.put(key.name, entry) : shared.settle(lease.name, lease.token, entry);
    written.catch(() => this.#sharedFailed());
  }

  /** Ends a lease without an answer, so that those who wait ask for themselves. */
  release(lease: Lease | null): void {
    if (lease === null) return;
    this.#usableShared()
      ?.settle(lease.name, lease.token, null)
      .catch(() => this.#sharedFailed());
  }

  /**
   * Forgets everything about a province, here and on every other instance; `aged` keeps it for as long as the province
   * fails. Effective here even where the others cannot be told.
   */
  async forgetProvince(province: CacheKey['province'], kind: 'province' | 'aged'): Promise<void> {
    await this.#parts.feed.publish({ kind, province }, this.#parts.nowMs()).catch(() => {});
  }

  #remembered({ name, previous }: CacheKey): CacheEntry | null {
    if (this.#parts.feed.state() === 'catching_up') return null;
    const { memory, ledger } = this.#parts;
    const entry = memory.peek(name) ?? (previous === null ? null : memory.peek(previous));
    return entry !== null && ledger.admits(entry) ? entry : null;
  }

  async #readShared(shared: RedisTier, key: CacheKey, patience: Patience, seen: Position): Promise<Reading> {
    const old = key.previous === null ? null : this.#admitted(await shared.get(key.previous));
    if (key.previous !== null && this.#isFresh(old)) return this.#found(key.previous, old, seen);
    const started = performance.now();
    const first = await shared.readOrLead(key.name, patience.leaseMs);
    if (performance.now() - started > SLOW_MS) this.#noteFailure();
    else this.#failures = 0;
    if (first.kind === 'lead') {
      this.#parts.count('l2', 'miss');
      return { fresh: null, stale: old, lease: { name: key.name, token: first.lease }, seen };
    }
    const entry = this.#admitted(first.kind === 'entry' ? first.entry : await this.#follow(shared, key.name, patience));
    if (this.#isFresh(entry)) return this.#found(key.name, entry, seen);
    this.#parts.count('l2', entry === null ? 'miss' : 'stale');
    return { fresh: null, stale: entry ?? old, lease: null, seen };
  }

  #found(name: string, entry: CacheEntry, seen: Position): Reading {
    this.#parts.count('l2', 'hit');
    this.#parts.memory.keep(name, entry);
    return { fresh: entry, stale: null, lease: null, seen };
  }

  async #follow(shared: RedisTier, name: string, { followMs }: Patience): Promise<CacheEntry | null> {
    const deadlineMs = performance.now() + followMs;
    let pauseMs = POLL_MS.first;
    while (performance.now() < deadlineMs) {
      await delay(Math.min(pauseMs, followMs));
      pauseMs = Math.min(pauseMs * 2, POLL_MS.most);
      const found = await shared.follow(name);
      if (found === 'released') return null;
      if (found !== null) return found;
    }
    return null;
  }

  #admitted(entry: CacheEntry | null): CacheEntry | null {
    return entry !== null && this.#parts.ledger.admits(entry) ? entry : null;
  }

  #isFresh(entry: CacheEntry | null): entry is CacheEntry {
    return entry !== null && entry.freshUntilMs > this.#parts.nowMs() && this.#parts.ledger.isCurrent(entry);
  }

  #usableShared(): RedisTier | null {
    // Until every invalidation has been read, an entry of another instance may be one that was withdrawn.
    if (this.#parts.feed.state() !== 'live') return null;
    return performance.now() < this.#restUntilMs ? null : this.#parts.shared;
  }

  #sharedFailed(): void {
    this.#parts.count('l2', 'error');
    this.#noteFailure();
  }

  #noteFailure(): void {
    this.#failures += 1;
    if (this.#failures < FAILURES_BEFORE_REST) return;
    this.#failures = 0;
    this.#restUntilMs = performance.now() + REST_MS;
  }
}
