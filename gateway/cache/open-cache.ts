import { randomBytes } from 'node:crypto';
import { CacheError } from './cache-error.ts';
import { CacheKeys } from './cache-keys.ts';
import { type Invalidation, InvalidationLedger } from './invalidation.ts';
import { type AppliedInvalidation, type InvalidationFeed, openLocalFeed } from './invalidation-feed.ts';
import { MemoryTier } from './memory-tier.ts';
import type { RedisConnection } from './redis-connection.ts';
import { openRedisFeed } from './redis-feed.ts';
import { RedisTier } from './redis-tier.ts';
import { type CacheResult, type CacheTierName, StatementCache } from './statement-cache.ts';

export interface CacheOptions {
  /** Null: this process keeps its answers to itself. */
  readonly redis: RedisConnection | null;
  /** What all instances derive their keys from; null makes one that lives as long as the process. */
  readonly secret: string | null;
  readonly nowMs: () => number;
  readonly count: (tier: CacheTierName, result: CacheResult) => void;
  readonly onInvalidated: (applied: AppliedInvalidation) => void;
}

export interface OpenCache {
  readonly cache: StatementCache;
  readonly keys: CacheKeys;
  readonly feed: InvalidationFeed;
  /** How many answers are in this process's memory. */
  readonly entries: () => number;
  /** Makes an invalidation effective everywhere. Throws CacheError `unavailable` where not everybody can be told. */
  readonly invalidate: (invalidation: Invalidation, receivedAtMs: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Puts the cache together. Throws CacheError `secret_missing` for a Redis without a shared secret. */
export function openCache({ redis, secret, nowMs, count, onInvalidated }: CacheOptions): OpenCache {
  if (redis !== null && secret === null) throw new CacheError('secret_missing', 'a shared cache needs a shared secret');
  const keys = new CacheKeys(
    secret ?? randomBytes(32).toString('base64url'),
    nowMs,
    redis === null ? 'nowhere' : 'out',
  );
  const ledger = new InvalidationLedger();
  const memory = new MemoryTier(nowMs);
  const onApplied = (applied: AppliedInvalidation) => {
    // A province is forgotten at once by the ledger; that its answers leave the memory may take some turns.
    if (frees(applied.invalidation)) void memory.sweep((entry) => ledger.admits(entry));
    onInvalidated(applied);
  };
  const feed = redis === null ? openLocalFeed(ledger, onApplied) : openRedisFeed(redis, ledger, onApplied);
  const shared = redis === null ? null : new RedisTier(redis, keys, nowMs);
  const cache = new StatementCache({ memory, shared, keys, ledger, feed, nowMs, count });
  return { cache, keys, feed, entries: () => memory.size, invalidate: feed.publish, close: feed.close };
}

/** What concerns one handle leaves with its own end, and what is kept for a province that fails may be needed. */
function frees({ kind }: Invalidation): boolean {
  return kind === 'province' || kind === 'key';
}
