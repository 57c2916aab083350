import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

/** So many a second. `take` gives null where that is within the limit, else the headers that say when to come back. */
export interface RateLimit {
  readonly take: (who: string, points?: number) => Promise<Readonly<Record<string, string>> | null>;
}

/** A limit that clients are told of (draft-ietf-httpapi-ratelimit-headers). */
export interface PublishedLimit extends RateLimit {
  /** What it is, in every reply: the RateLimit-Policy field. */
  readonly policy: Readonly<Record<'ratelimit-policy', string>>;
  /** The fields of a refusal: none are left for so many seconds. */
  readonly spent: (refused: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
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

const REMEMBERED = 20_000;
const WINDOW_MS = 1_000;

/**
 * A limit that all instances count together where they share a Redis. Each decides by its own count and by what Redis
 * last said, so that nobody waits for Redis: a client that spreads over instances is stopped one round trip later.
 */
export function openRateLimit({ name, perSecond, redis, isShared }: Options): PublishedLimit {
  const limits = { points: perSecond, duration: 1, keyPrefix: `huren:rate:${name}` };
  const local = new RateLimiterMemory(limits);
  const shared = redis === null ? null : new RateLimiterRedis({ ...limits, storeClient: redis });
  const refusedUntilMs = new LRUCache<string, number>({ max: REMEMBERED });
  const policy = { 'ratelimit-policy': `"${name}";q=${perSecond};w=1` };
  return {
    policy,
    spent: (refused) => ({ ...refused, ratelimit: `"${name}";r=0;t=${refused['retry-after']}` }),
    take: async (who, points = 1) => {
      const key = nameOf(who);
      const leftMs = (refusedUntilMs.get(key) ?? 0) - performance.now();
      if (leftMs > 0) return retryAfter(leftMs);
      if (shared !== null && isShared()) {
        void waitOf(shared, key, points).then((ms) => ms > 0 && refusedUntilMs.set(key, performance.now() + ms));
      }
      const ms = await waitOf(local, key, points);
      return ms > 0 ? retryAfter(ms) : null;
    },
  };
}

/** How long to wait before there is room again; 0 where there is room, or where the count itself failed. */
async function waitOf(limiter: RateLimiterAbstract, key: string, points: number): Promise<number> {
  try {
    await limiter.consume(key, points);
    return 0;
  } catch (refused) {
    // No refusal outlasts the window, whatever Redis says: a count that went wrong there must not shut anybody out.
    return refused instanceof RateLimiterRes ? Math.min(Math.max(1, refused.msBeforeNext), WINDOW_MS) : 0;
  }
}

function retryAfter(ms: number): Readonly<Record<string, string>> {
  return { 'retry-after': String(Math.ceil(ms / 1000)) };
}

/** Redis need not know which venues there are. */
function nameOf(who: string): string {
  return createHash('sha256').update(who).digest('base64url').slice(0, 22);
}
