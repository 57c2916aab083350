import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { RateWindow } from './rate-window.ts';

/** So many a second. `take` gives null where that is within the limit, else the headers that say when to come back; at once. */
export interface RateLimit {
  readonly take: (who: string, points?: number) => Readonly<Record<string, string>> | null;
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
  const local = new RateWindow(perSecond, WINDOW_MS);
  const others = redis === null ? null : openOthers(name, perSecond, redis);
  return {
    policy: { 'ratelimit-policy': `"${name}";q=${perSecond};w=1` },
    spent: (refused) => ({ ...refused, ratelimit: `"${name}";r=0;t=${refused['retry-after']}` }),
    take: (who, points = 1) => {
      const nowMs = performance.now();
      const refusedMs = others === null || !isShared() ? 0 : others.take(who, points, nowMs);
      const waitMs = refusedMs > 0 ? refusedMs : local.take(who, points, nowMs);
      return waitMs > 0 ? { 'retry-after': String(Math.ceil(waitMs / 1000)) } : null;
    },
  };
}

/** What the other instances have counted, as Redis says it a moment later. */
function openOthers(name: string, perSecond: number, redis: Redis | Cluster) {
  const limiter = new RateLimiterRedis({
    points: perSecond,
    duration: 1,
    keyPrefix: `huren:rate:${name}`,
    storeClient: redis,
  });
  const refusedUntilMs = new LRUCache<string, number>({ max: REMEMBERED });
  return {
    /** For how many milliseconds there is no room, by what was last heard. */
    take: (who: string, points: number, nowMs: number): number => {
      const leftMs = (refusedUntilMs.get(who) ?? 0) - nowMs;
      if (leftMs > 0) return leftMs;
      void waitOf(limiter, nameOf(who), points).then((ms) => ms > 0 && refusedUntilMs.set(who, performance.now() + ms));
      return 0;
    },
  };
}

/** How long to wait before there is room again; 0 where there is room, or where the count itself failed. */
async function waitOf(limiter: RateLimiterRedis, key: string, points: number): Promise<number> {
  try {
    await limiter.consume(key, points);
    return 0;
  } catch (refused) {
    // No refusal outlasts the window, whatever Redis says: a count that went wrong there must not shut anybody out.
    return refused instanceof RateLimiterRes ? Math.min(Math.max(1, refused.msBeforeNext), WINDOW_MS) : 0;
  }
}

/** Redis need not know which venues there are. */
function nameOf(who: string): string {
  return createHash('sha256').update(who).digest('base64url').slice(0, 22);
}
