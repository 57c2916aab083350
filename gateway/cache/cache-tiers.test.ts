import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { PATIENTLY } from '../test/patience.ts';
import { startRedis, startRedisCluster, type TestRedis } from '../test/redis.ts';
import { CacheKeys } from './cache-keys.ts';
import { cacheTierContract, type TierUnderTest } from './cache-tier.contract.ts';
import { entryAt, HANDLE, SECRET, TOKEN } from './cached-answer.fixture.ts';
import { MemoryTier } from './memory-tier.ts';
import { openCache } from './open-cache.ts';
import { connectRedis, type RedisConnection } from './redis-connection.ts';
import { RedisTier } from './redis-tier.ts';

cacheTierContract('memory', () => {
  const clock = { nowMs: Date.now() };
  return { tier: new MemoryTier(() => clock.nowMs), clock };
});

test('memory grows without bound', async () => {
  const names = Array.from({ length: 500 }, (_, n) => `n${n}`);
  const keptOf = async (tier: MemoryTier) => {
    for (const name of names) await tier.put(name, entryAt(Date.now()));
    return names.filter((name) => tier.peek(name) !== null);
  };
  expect(await keptOf(new MemoryTier(Date.now, { maxEntries: 50, maxBytes: 1_000_000 }))).toEqual(names.slice(-50));
  const small = await keptOf(new MemoryTier(Date.now, { maxEntries: 1_000, maxBytes: 5_000 }));
  expect(small.length).toBeGreaterThan(0);
  expect(small.length).toBeLessThanOrEqual(10);
});

test('what may not be used any more stays in memory, or takes what may with it', async () => {
  const nowMs = Date.now();
  const clock = { nowMs };
  const tier = new MemoryTier(() => clock.nowMs);
  const put = (province: '410000' | '440000', lifeMs: number) =>
    tier.put(`${province} ${lifeMs}`, entryAt(nowMs, { province, usableUntilMs: nowMs + lifeMs }));
  for (const lifeMs of [10, 20_000, 30_000]) await Promise.all([put('410000', lifeMs), put('440000', lifeMs)]);
  clock.nowMs += 11;
  await Promise.all([tier.sweep(({ province }) => province !== '410000'), tier.sweep(() => true)]);
  expect([tier.size, tier.peek('440000 20000') !== null, tier.peek('410000 20000')]).toEqual([2, true, null]);
});

test('a province that is forgotten stays in memory, or one whose answers may stand in for it does not', async () => {
  const none = () => {};
  const open = openCache({ redis: null, secret: null, nowMs: Date.now, count: none, onInvalidated: none });
  const { cache } = open;
  for (const token of ['a', 'b']) {
    cache.put(cache.keyOf({ province: '410000', adapter: 'd', token }, 0), entryAt(Date.now()), null);
  }
  await cache.forgetProvince('410000', 'aged');
  expect(open.entries()).toBe(2);
  await cache.forgetProvince('410000', 'province');
  await vi.waitFor(() => expect(open.entries()).toBe(0), PATIENTLY);
  await open.close();
});

describe.each([
  ['a single Redis', startRedis],
  ['a Redis Cluster of three masters', startRedisCluster],
])('%s', (name, start) => {
  let server: TestRedis;
  let redis: RedisConnection;
  beforeAll(async () => {
    server = await start();
    redis = connectRedis(server.url, 2_000);
    await ready(redis);
  });
  afterAll(async () => {
    redis.close();
    await server.stop();
  });

  function open(): TierUnderTest & { readonly tier: RedisTier; readonly keys: CacheKeys } {
    const clock = { nowMs: Date.now() };
    const keys = new CacheKeys(SECRET, () => clock.nowMs);
    return { tier: new RedisTier(redis, keys, () => clock.nowMs), clock, keys };
  }

  cacheTierContract(name, open);

  test('two instances both get the right to ask for one name', async () => {
    const [a, b] = [open().tier, open().tier];
    const first = await a.readOrLead('lead', 5_000);
    if (first.kind !== 'lead') throw new Error(`expected to lead, got ${first.kind}`);
    expect(await b.readOrLead('lead', 5_000)).toEqual({ kind: 'follow' });
    expect(await b.follow('lead')).toBeNull();
    const entry = entryAt(Date.now());
    await a.settle('lead', first.lease, entry);
    expect(await b.follow('lead')).toEqual(entry);
    expect(await b.readOrLead('lead', 5_000)).toEqual({ kind: 'entry', entry });
  });

  test('a leader that gives up holds up those who wait', async () => {
    const { tier } = open();
    const first = await tier.readOrLead('given-up', 60_000);
    if (first.kind !== 'lead') throw new Error(`expected to lead, got ${first.kind}`);
    await tier.settle('given-up', first.lease, null);
    expect(await tier.follow('given-up')).toBe('released');
    expect((await tier.readOrLead('given-up', 60_000)).kind).toBe('lead');
  });

  test('one who lost the lease ends that of its successor', async () => {
    const { tier } = open();
    await tier.readOrLead('successor', 60_000);
    await tier.settle('successor', 'the-lease-of-somebody-else', null);
    expect(await tier.follow('successor')).toBeNull();
  });

  test('a thief of the dump learns a code, a handle or a status', async () => {
    const { tier, keys } = open();
    const key = keys.keyOf({ province: '410000', adapter: 'a-digest', token: TOKEN }, 0);
    await tier.put(key.name, entryAt(Date.now(), { tag: keys.tagOf('410000', HANDLE) }));
    const dump = await server.dump();
    expect(dump).toContain(key.name);
    for (const secret of [TOKEN, HANDLE, 'green', 'claims', '410000', SECRET]) expect(dump).not.toContain(secret);
  });

  test('an entry that somebody wrote into Redis, or moved, is believed', async () => {
    const { tier } = open();
    await tier.put('moved-from', entryAt(Date.now()));
    const sealed = await redis.client.getBuffer('huren:{moved-from}:answer');
    if (sealed === null) throw new Error('nothing was written');
    await redis.client.set('huren:{moved-to}:answer', sealed);
    expect(await tier.get('moved-to')).toBeNull();
    onTestFinished(async () => {
      // What nobody sealed would be found in the next dump.
      await redis.client.del('huren:{forged}:answer');
    });
    await redis.client.set('huren:{forged}:answer', JSON.stringify(entryAt(Date.now())));
    expect(await tier.get('forged')).toBeNull();
    expect((await tier.readOrLead('forged', 1_000)).kind).toBe('lead');
  });
});

async function ready({ client }: RedisConnection): Promise<void> {
  for (;;) {
    try {
      await client.set('huren:ready', '1', 'PX', 1_000);
      return;
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
