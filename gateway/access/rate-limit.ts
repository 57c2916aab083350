import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

/** So many a second. `take` gives null where that is within the limit, else the headers that say when to come back. */
export interface RateLimit {
  readonly take: (who: string, points?: number) => Promise<Readonly<Record<string, string>> | null>;
}

interface Options {
  /** Of what: part of the names under which Redis counts. */
  readonly name: string;
  readonly perSecond: number;
  /** Null: this process counts for itself. */
  readonly redis: Redis | Cluster | null;
  /** Whether Redis answers just now; while it does not, every instance counts for itself. */
  readonly isShared: () => boolean;
}

/** A limit that all instances count together where they share a Redis. A count that fails refuses nobody. */
export function openRateLimit({ name, perSecond, redis, isShared }: Options): RateLimit {
  const limits = { points: perSecond, duration: 1, keyPrefix: `huren:rate:${name}` };
  const local = new RateLimiterMemory(limits);
  const shared =
    redis === null
      ? null
      : new RateLimiterRedis({ ...limits, storeClient: redis, insuranceLimiter: local, rejectIfRedisNotReady: true });
  return {
    take: async (who, points = 1) => {
      const limiter = shared !== null && isShared() ? shared : local;
      try {
        await limiter.consume(nameOf(who), points);
        return null;
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) return null;
        return { 'retry-after': String(Math.max(1, Math.ceil(refused.msBeforeNext / 1000))) };
      }
    },
  };
}

/** Redis need not know which venues there are. */
function nameOf(who: string): string {
  return createHash('sha256').update(who).digest('base64url').slice(0, 22);
}
