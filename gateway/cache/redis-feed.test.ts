import { setImmediate as immediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { startFaultProxy } from '../test/chaos/fault-proxy.ts';
import { randomFrom } from '../test/chaos/random.ts';
import { PATIENCE_MS } from '../test/patience.ts';
import { startRedis, startRedisCluster, type TestRedis } from '../test/redis.ts';
import { entryAt, SECRET } from './cached-answer.fixture.ts';
import { InvalidationLedger } from './invalidation.ts';
import type { AppliedInvalidation } from './invalidation-feed.ts';
import { MemoryTier } from './memory-tier.ts';
import { type OpenCache, openCache } from './open-cache.ts';
import { connectRedis, type RedisConnection } from './redis-connection.ts';
import { RedisTier } from './redis-tier.ts';
import { StatementCache } from './statement-cache.ts';

const QUESTION = { province: '410000', adapter: 'a-digest', token: 'TOKEN-OF-NOBODY' } as const;
const HANDLE = 'HANDLE-OF-NOBODY';
const PATIENCE = { leaseMs: 1_000, followMs: 100 };
/** Whoever waits as long as this is not answered within a test. */
const WITHOUT_END = { leaseMs: 10 * PATIENCE_MS, followMs: 10 * PATIENCE_MS };
const WITHIN = { timeout: PATIENCE_MS, interval: 5 };
/** So long that a look-up which waits for no reply is not taken for one that does, however busy the machine is. */
const GIVEN_UP_AFTER_MS = 600;

interface Instance extends OpenCache {
  readonly redis: RedisConnection;
  readonly applied: AppliedInvalidation[];
}

describe.each([
  ['a single Redis', startRedis],
  ['a Redis Cluster of three masters', startRedisCluster],
])('instances that share %s', (_name, start) => {
  let server: TestRedis;
  const instances: Instance[] = [];
  beforeAll(async () => {
    server = await start();
  });
  afterEach(async () => {
    for (const instance of instances.splice(0)) await end(instance);
  });
  afterAll(() => server.stop());

  function instance(): Instance {
    const redis = connectRedis(server.url, 500);
    const applied: AppliedInvalidation[] = [];
    const onInvalidated = (one: AppliedInvalidation) => void applied.push(one);
    const open = openCache({ redis, secret: SECRET, nowMs: Date.now, count: () => {}, onInvalidated });
    const made = { ...open, redis, applied };
    instances.push(made);
    return made;
  }

  async function live(...made: Instance[]): Promise<void> {
    await vi.waitFor(() => expect(made.map(({ feed }) => feed.state())).toEqual(made.map(() => 'live')), WITHIN);
  }

  function put({ cache }: Instance): void {
    const key = cache.keyOf(QUESTION, 0);
    cache.put(key, entryAt(Date.now(), { tag: cache.tagOf('410000', HANDLE), seen: cache.position() }), null);
  }

  /** What one puts the other finds; again and again, since Redis may be resting after a slow look-up. */
  async function reaches(from: Instance, to: Instance): Promise<void> {
    await vi.waitFor(async () => {
      put(from);
      expect(await read(to)).toBe(true);
    }, WITHIN);
  }

  async function read({ cache }: Instance, patience = PATIENCE): Promise<boolean> {
    const reading = await cache.read(cache.keyOf(QUESTION, 0), patience);
    cache.release(reading.lease);
    return reading.fresh !== null;
  }

  test('do not find one another’s answers, or go on using them after the handle changed', async () => {
    const [a, b] = [instance(), instance()];
    await live(a, b);
    await reaches(a, b);
    const heard = b.applied.length;
    await a.invalidate({ kind: 'handle', province: '410000', tags: a.keys.tagsOf('410000', HANDLE) }, Date.now());
    expect(await read(a)).toBe(false);
    await vi.waitFor(() => expect(b.applied).toHaveLength(heard + 1), WITHIN);
    expect(b.cache.peek(b.cache.keyOf(QUESTION, 0))).toBeNull();
    expect(await read(b)).toBe(false);
    // What is asked for now is good again, on both.
    await reaches(b, a);
  });

  test('started later use what was invalidated before they came', async () => {
    const a = instance();
    await live(a);
    put(a);
    await a.invalidate({ kind: 'province', province: '410000' }, Date.now());
    const late = instance();
    await live(late);
    expect(await read(late)).toBe(false);
  });

  test.each(['catching_up', 'down'] as const)('use what is there while their feed is %s', async (state) => {
    const a = instance();
    await live(a);
    await reaches(a, a);
    const ledger = new InvalidationLedger();
    const feed = { ...a.feed, state: () => state };
    const [memory, shared] = [new MemoryTier(Date.now), new RedisTier(a.redis, a.keys, Date.now)];
    const held = new StatementCache({ memory, shared, keys: a.keys, ledger, feed, nowMs: Date.now, count: () => {} });
    const reading = await held.read(held.keyOf(QUESTION, 0), PATIENCE);
    expect([reading.fresh, reading.stale, reading.lease]).toEqual([null, null, null]);
    const key = held.keyOf(QUESTION, 0);
    expect(await shared.get(key.name)).not.toBeNull();
    // What this process remembers counts while nobody can be asked, and not while it is being told what it missed.
    held.put(key, entryAt(Date.now()), null);
    const remembered = await held.read(key, PATIENCE);
    expect([held.peek(key) !== null, remembered.fresh !== null]).toEqual([state === 'down', state === 'down']);
    expect(remembered.stale).toBeNull();
  });

  test('that were cut off use an answer that was invalidated meanwhile', async () => {
    const [a, b] = [instance(), instance()];
    await live(a, b);
    put(b);
    const key = b.cache.keyOf(QUESTION, 0);
    expect(b.cache.peek(key)).not.toBeNull();
    // Cut b's connections for good, as a partition would, and let the event pass it by.
    await end(b);
    instances.splice(instances.indexOf(b), 1);
    await a.invalidate({ kind: 'province', province: '410000' }, Date.now());
    const again = instance();
    await live(again);
    expect(await read(again)).toBe(false);
  });

  test('take an event that is written by halves for a whole one', async () => {
    const [a] = [instance()];
    await live(a);
    put(a);
    const key = a.cache.keyOf(QUESTION, 0);
    expect(a.cache.peek(key)).not.toBeNull();
    await a.redis.client.xadd('huren:invalidations', '*', 'e', '{"kind":"province","province":"440000"}');
    await a.invalidate({ kind: 'province', province: '310000' }, Date.now());
    // It may have been about anybody.
    expect(a.cache.peek(key)).toBeNull();
    const applied = a.applied.map(({ invalidation }) => invalidation);
    expect(applied.at(-1)).toEqual({ kind: 'province', province: '310000' });
    expect(applied).not.toContainEqual({ kind: 'province', province: '440000' });
  });

  test('outlive a Redis that loses everything, or trust what they held before', async () => {
    const [a, b] = [instance(), instance()];
    await live(a, b);
    put(a);
    const key = a.cache.keyOf(QUESTION, 0);
    expect(a.cache.peek(key)).not.toBeNull();
    await Promise.all(server.nodes.map((node) => node.kill()));
    await vi.waitFor(() => expect([a.feed.state(), b.feed.state()]).toEqual(['down', 'down']), WITHIN);
    // This process's own memory still answers, and nobody waits for Redis.
    expect(a.cache.peek(key)).not.toBeNull();
    expect(await read(b, WITHOUT_END)).toBe(false);
    const places: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      await expect(a.invalidate({ kind: 'province', province: '440000' }, Date.now())).rejects.toMatchObject({
        code: 'unavailable',
      });
      places.push(a.cache.position());
    }
    // One after the other, and none longer than the one before: there may be thousands before Redis is back.
    expect(places).toEqual([...new Set(places)].sort());
    expect(new Set(places.map(({ length }) => length)).size).toBe(1);
    for (const node of server.nodes) await node.start();
    await live(a, b);
    // The stream is gone: nobody can say what was missed.
    expect(a.cache.peek(key)).toBeNull();
    await reaches(a, b);
    await vi.waitFor(() => b.invalidate({ kind: 'province', province: '410000' }, Date.now()), WITHIN);
    await vi.waitFor(async () => expect(await read(a)).toBe(false), WITHIN);
  });
});

describe('a Redis that stands still', () => {
  test('delays every answer, or keeps instances from coming back to it', async () => {
    const server = await startRedis();
    const redis = connectRedis(server.url, GIVEN_UP_AFTER_MS);
    const open = openCache({ redis, secret: SECRET, nowMs: Date.now, count: () => {}, onInvalidated: () => {} });
    await vi.waitFor(() => expect(open.feed.state()).toBe('live'), WITHIN);
    const [node] = server.nodes;
    node?.freeze();
    const tookMs: number[] = [];
    for (let n = 0; n < 30; n += 1) {
      const started = performance.now();
      await open.cache.read(open.cache.keyOf({ ...QUESTION, token: `t${n}` }, 0), WITHOUT_END);
      tookMs.push(performance.now() - started);
    }
    // Three commands time out; then Redis is left alone.
    expect(tookMs.filter((ms) => ms > GIVEN_UP_AFTER_MS).length).toBeLessThanOrEqual(6);
    await vi.waitFor(() => expect(open.feed.state()).toBe('down'), WITHIN);
    node?.resume();
    await vi.waitFor(() => expect(open.feed.state()).toBe('live'), WITHIN);
    await end({ ...open, redis, applied: [] });
    await server.stop();
  });
});

describe('a connection on which replies were lost', () => {
  test('goes on giving replies to the wrong commands', async () => {
    const server = await startRedis();
    const proxy = await startFaultProxy(server.nodes[0]?.port ?? 0, randomFrom(183));
    const redis = connectRedis(`redis://127.0.0.1:${proxy.port}`);
    const open = openCache({ redis, secret: SECRET, nowMs: Date.now, count: () => {}, onInvalidated: () => {} });
    await vi.waitFor(() => expect(open.feed.state()).toBe('live'), WITHIN);
    proxy.set({ blackhole: true });
    await expect(redis.client.echo('lost')).rejects.toThrow();
    proxy.set(null);
    let busy = true;
    // Look-ups go on, so that the line is never silent for long.
    const load = (async () => {
      for (let n = 0; busy; n += 1) {
        await open.cache.read(open.cache.keyOf({ ...QUESTION, token: `t${n}` }, 0), PATIENCE);
        await immediate();
      }
    })();
    await vi.waitFor(async () => {
      for (let n = 0; n < 20; n += 1) expect(await redis.client.echo(`said ${n}`)).toBe(`said ${n}`);
    }, WITHIN);
    busy = false;
    await load;
    await end({ ...open, redis, applied: [] });
    proxy.close();
    await server.stop();
  });
});

async function end({ close, redis }: Instance): Promise<void> {
  await close();
  redis.close();
}
