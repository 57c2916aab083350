import { once } from 'node:events';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { startRedis, type TestRedis } from '../test/redis.ts';
import { seenOnceContract } from './seen-once.contract.ts';
import { openSeenOnce, type SeenOnce } from './seen-once.ts';

const LIFE_MS = 60_000;

seenOnceContract('in this process', (name) => openSeenOnce(name, null, LIFE_MS));

test('what could still be sent again is pushed out by what else comes meanwhile', async () => {
  const seen = openSeenOnce('many', null, LIFE_MS);
  await seen.claim('the-proof');
  for (let n = 0; n < 150_000; n += 1) await seen.claim(`proof ${n}`);
  expect(await seen.claim('the-proof')).toBe('again');
});

test('where there is no room for more, what could be sent again is forgotten, or nothing is taken ever after', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const seen = openSeenOnce('few', null, LIFE_MS, 3);
  const claims = [];
  for (const id of ['the-proof', 'b', 'c', 'd', 'e', 'f', 'g']) claims.push(await seen.claim(id));
  expect(claims).toEqual(['first', 'first', 'first', 'unknown', 'unknown', 'unknown', 'unknown']);
  expect(await seen.claim('the-proof')).toBe('again');
  vi.advanceTimersByTime(LIFE_MS);
  expect([await seen.claim('h'), await seen.claim('the-proof')]).toEqual(['first', 'again']);
});

test('what was handled is forgotten before its time, or never', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const seen = openSeenOnce('timed', null, LIFE_MS);
  vi.advanceTimersByTime(LIFE_MS - 1);
  await seen.note('the-event');
  vi.advanceTimersByTime(LIFE_MS - 1);
  expect(await seen.claim('the-event')).toBe('again');
  vi.advanceTimersByTime(LIFE_MS);
  expect(await seen.claim('the-event')).toBe('first');
  vi.advanceTimersByTime(2 * LIFE_MS);
  expect(await seen.has('the-event')).toBe(false);
});

describe('with Redis', () => {
  let server: TestRedis;
  let client: Redis;
  const open = (name: string): SeenOnce => openSeenOnce(name, client, LIFE_MS);
  beforeAll(async () => {
    server = await startRedis();
    client = new Redis(server.url, { enableOfflineQueue: false, maxRetriesPerRequest: 0 });
    client.on('error', () => {});
    await once(client, 'ready');
  });
  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });

  seenOnceContract('in Redis', open);

  test('what one instance handled is handled again by another, or named in Redis', async () => {
    const [a, b] = [open('shared'), open('shared')];
    await a.note('the-event');
    expect([await b.has('the-event'), await b.claim('the-event')]).toEqual([true, 'again']);
    const claims = await Promise.all([a, b, a, b].map((each) => each.claim('the-question')));
    expect(claims.toSorted()).toEqual(['again', 'again', 'again', 'first']);
    expect(await server.dump()).not.toMatch(/the-event|the-question/);
  });

  test('a reply that was meant for another command passes for first, or for seen', async () => {
    const held = open('garbled');
    await held.note('old');
    const key = (await client.keys('huren:seen:garbled:*'))[0] ?? '';
    const get = client.get.bind(client);
    client.get = () => get(key);
    expect([await held.claim('new'), await held.has('new')]).toEqual(['unknown', false]);
    client.get = get;
  });

  test('a Redis that is away makes what nobody here saw a first, or hangs', async () => {
    const a = open('away');
    await a.note('the-event');
    await server.nodes[0]?.kill();
    onTestFinished(async () => {
      await server.nodes[0]?.start();
      await expect.poll(() => client.ping().catch(() => 'away')).toBe('PONG');
    });
    expect([await a.has('the-event'), await a.claim('the-event'), await a.has('another')]).toEqual([
      true,
      'again',
      false,
    ]);
    expect([await a.claim('another'), await a.claim('another')]).toEqual(['unknown', 'unknown']);
  });
});
