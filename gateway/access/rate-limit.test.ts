import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { PATIENCE_MS } from '../test/patience.ts';
import { startRedis, type TestRedis } from '../test/redis.ts';
import { openRateLimit, type RateLimit } from './rate-limit.ts';

const WITHIN = { timeout: PATIENCE_MS, interval: 20 };

async function taken(limit: RateLimit, who: string, times: number): Promise<number> {
  let granted = 0;
  for (let n = 0; n < times; n += 1) if ((await limit.take(who)) === null) granted += 1;
  return granted;
}

test('one client uses up what another may take, or more than its own', async () => {
  const limit = openRateLimit({ name: 'test', perSecond: 5, redis: null, isShared: () => false });
  expect(await taken(limit, 'a', 20)).toBe(5);
  expect(await taken(limit, 'b', 20)).toBe(5);
  expect(await limit.take('a')).toEqual({ 'retry-after': '1' });
});

test('a batch counts as one scan', async () => {
  const limit = openRateLimit({ name: 'batch', perSecond: 50, redis: null, isShared: () => false });
  expect(await limit.take('a', 40)).toBeNull();
  expect(await limit.take('a', 40)).not.toBeNull();
});

describe('with a Redis', () => {
  let server: TestRedis;
  let clients: Redis[];
  beforeAll(async () => {
    server = await startRedis();
    clients = [new Redis(server.url), new Redis(server.url)];
    for (const client of clients) client.on('error', () => {});
  });
  afterAll(async () => {
    for (const client of clients) client.disconnect();
    await server.stop();
  });

  function open(nth: number, isShared = () => true): RateLimit {
    return openRateLimit({ name: 'shared', perSecond: 20, redis: clients[nth] ?? null, isShared });
  }

  test('instances count apart, or Redis is told who asks', async () => {
    const [a, b] = [open(0), open(1)];
    // A second may end in between, so again until both fall into one: the other by itself takes ten in a second at most.
    const refused = async () => {
      await taken(a, 'venue-of-nobody', 20);
      return await b.take('venue-of-nobody');
    };
    await expect.poll(refused, { interval: 100 }).not.toBeNull();
    expect(await server.dump()).not.toContain('venue-of-nobody');
  });

  test('a count that went wrong in Redis shuts a client out for longer than a second', async () => {
    const limit = openRateLimit({ name: 'poisoned', perSecond: 20, redis: clients[0] ?? null, isShared: () => true });
    const key = await vi.waitFor(async () => {
      await limit.take('d');
      const found = (await server.dump()).split('\n').find((line) => line.startsWith('huren:rate:poisoned'));
      return found?.split(' ')[0] ?? expect.fail('nothing was counted yet');
    }, WITHIN);
    await clients[0]?.set(key, '99999999', 'EX', 3_600);
    await vi.waitFor(async () => expect(await limit.take('d')).toEqual({ 'retry-after': '1' }), WITHIN);
    await vi.waitFor(async () => expect(await limit.take('d')).toBeNull(), WITHIN);
  });

  test('a Redis that is away refuses or delays anybody, or lifts the limit', async () => {
    await server.nodes[0]?.kill();
    onTestFinished(async () => {
      await server.nodes[0]?.start();
      await vi.waitFor(async () => expect(await clients[0]?.ping()).toBe('PONG'), WITHIN);
    });
    const limit = open(0);
    // All of them in one turn of the event loop, in which nothing can come from Redis.
    const refusals = Array.from({ length: 40 }, () => limit.take('c'));
    expect(refusals.filter((refused) => refused === null)).toHaveLength(20);
  });
});
