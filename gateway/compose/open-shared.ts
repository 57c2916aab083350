import type { Logger } from 'pino';
import { Counter, Gauge, Histogram } from 'prom-client';
import { IncomingBodies, MOST_STRANGERS_BYTES } from '../access/incoming-bodies.ts';
import { LoadGauge, watchEventLoop } from '../access/load-gauge.ts';
import { openRateLimit, type PublishedLimit, type RateLimit } from '../access/rate-limit.ts';
import { openSeenOnce, type SeenOnce } from '../access/seen-once.ts';
import { UnknownCodes } from '../access/unknown-codes.ts';
import type { AppliedInvalidation } from '../cache/invalidation-feed.ts';
import { type OpenCache, openCache } from '../cache/open-cache.ts';
import { connectRedis } from '../cache/redis-connection.ts';
import { CoverageBook } from '../coverage/coverage-book.ts';
import type { Metrics } from '../coverage/metrics.ts';
import { type ClockWatch, watchClock } from './clock-watch.ts';
import type { Config } from './config.ts';
import type { DegradedStore, Stores } from './open-stores.ts';

/** What instances share where they have a Redis, and keep to themselves where they have none. */
export interface Shared {
  readonly open: OpenCache;
  /** Has somebody else hear what must not be answered any more, whichever instance was told. */
  readonly onInvalidated: (hear: (applied: AppliedInvalidation) => void) => void;
  readonly clientLimit: PublishedLimit;
  readonly provinceLimit: RateLimit;
  readonly unknownCodes: UnknownCodes;
  /** Questions a second by one gateway of another province, and to this node's own systems on their behalf. */
  readonly askerLimit: RateLimit;
  readonly systemLimit: RateLimit;
  /** What was handled before, by any instance. `name` keeps kinds of things apart. */
  readonly seenOnce: (name: string, lifeMs: number) => SeenOnce;
  readonly load: LoadGauge;
  readonly bodies: IncomingBodies;
  /** Those of whoever may send one without a name. */
  readonly strangersBodies: IncomingBodies;
  readonly coverage: CoverageBook;
  readonly coverageStore: Stores['coverage'];
  readonly clock: ClockWatch;
  /** Stores that cannot be used just now: verification goes on without them. */
  readonly degraded: () => DegradedStore[];
  readonly close: () => Promise<void>;
}

interface Parts {
  readonly config: Config;
  readonly stores: Stores;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly nowMs: () => number;
}

/** Opens cache, rate limits and load gauge. A Redis that is away now is connected to once it is back. */
export function openShared({ config, stores, metrics, log, nowMs }: Parts): Shared {
  const redis = config.redisUrl === null ? null : connectRedis(config.redisUrl);
  const counted = openCounters(metrics);
  const listeners: ((applied: AppliedInvalidation) => void)[] = [];
  const open = openCache({
    redis,
    secret: config.cacheSecret,
    nowMs,
    count: (tier, result) => counted.cache.inc({ tier, result }),
    onInvalidated: (applied) => {
      counted.invalidation.observe(Math.max(0, nowMs() - applied.receivedAtMs) / 1000);
      log.info({ kind: applied.invalidation.kind, province: applied.invalidation.province }, 'invalidated');
      for (const hear of listeners) hear(applied);
    },
  });
  showEntries(metrics, open);
  const isShared = () => open.feed.state() === 'live';
  const limitOf = (name: string, perSecond: number) =>
    openRateLimit({ name, perSecond, redis: redis?.client ?? null, isShared });
  const load = new LoadGauge((priority) => counted.shed.inc({ priority }));
  const stopWatching = watchEventLoop(load);
  const coverage = new CoverageBook({ store: stores.coverage, nowMs });
  const clock = watchClock({
    redis,
    database: stores.database,
    onChange: (isOff, offMs) =>
      log.error({ off_ms: Math.round(offMs) }, isOff ? 'the clock is off' : 'the clock is right'),
  });
  return {
    open,
    onInvalidated: (hear) => void listeners.push(hear),
    clientLimit: limitOf('client', config.clientRate),
    provinceLimit: limitOf('province', config.provinceRate),
    unknownCodes: new UnknownCodes({
      redis: redis?.client ?? null,
      onHeld: (holding, client) => {
        // The venue stands nowhere: whoever runs its authorization server can tell by when it came.
        const [authorization_server] = client.split(' ', 1);
        log.warn({ holding, authorization_server }, 'a client asks about too many codes that no province knows');
      },
      onRefused: (holding) => counted.held.inc({ holding }),
      nowMs,
    }),
    askerLimit: limitOf('asker', config.clientRate),
    systemLimit: limitOf('system', config.provinceRate),
    seenOnce: (name, lifeMs) => openSeenOnce(name, redis?.client ?? null, lifeMs),
    load,
    bodies: new IncomingBodies(),
    strangersBodies: new IncomingBodies(MOST_STRANGERS_BYTES),
    coverage,
    coverageStore: stores.coverage,
    clock: clock.watch,
    degraded: () => [
      ...(open.feed.state() === 'down' ? [{ store: 'redis', state: 'unreachable' } as const] : []),
      ...stores.degraded(),
    ],
    close: async () => {
      stopWatching();
      clock.stop();
      await coverage.close();
      await open.close();
      redis?.close();
    },
  };
}

function showEntries({ registry }: Metrics, { entries }: OpenCache): void {
  new Gauge({
    name: 'huren_cache_entries',
    help: 'Answers in the memory of this process, usable or not',
    aggregator: 'sum',
    registers: [registry],
    collect() {
      this.set(entries());
    },
  });
}

function openCounters(metrics: Metrics) {
  const registers = [metrics.registry];
  return {
    cache: new Counter({
      name: 'huren_cache_total',
      help: 'Look-ups in the cache: l1 is this process, l2 is Redis',
      labelNames: ['tier', 'result'],
      registers,
    }),
    invalidation: new Histogram({
      name: 'huren_invalidation_seconds',
      help: 'Time from the receipt of an event by any instance to its effect on this one',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
      registers,
    }),
    held: new Counter({
      name: 'huren_unknown_code_refusals_total',
      help: 'Requests of clients that are held because they ask about too many codes that no province knows',
      labelNames: ['holding'],
      registers,
    }),
    shed: new Counter({
      name: 'huren_shed_total',
      help: 'Requests turned away under overload, by priority',
      labelNames: ['priority'],
      registers,
    }),
  };
}
