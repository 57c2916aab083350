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
  const feed = redis === null ? openLocalFeed(ledger, onInvalidated) : openRedisFeed(redis, ledger, onInvalidated);
  const shared = redis === null ? null : new RedisTier(redis, keys, nowMs);
  const cache = new StatementCache({ memory: new MemoryTier(nowMs), shared, keys, ledger, feed, nowMs, count });
  return { cache, keys, feed, invalidate: feed.publish, close: feed.close };
}
