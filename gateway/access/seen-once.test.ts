import { once } from 'node:events';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { startRedis } from '../test/redis.ts';
import { SeenOnce } from './seen-once.ts';

test('what one instance handled is handled again by another, or named in Redis', async () => {
  const server = await startRedis();
  const client = new Redis(server.url, { enableOfflineQueue: false, maxRetriesPerRequest: 0 });
  client.on('error', () => {});
  await once(client, 'ready');
  const [a, b] = [new SeenOnce('test', client, 60_000), new SeenOnce('test', client, 60_000)];
  expect(await a.has('the-event')).toBe(false);
  await a.note('the-event');
  expect([await a.has('the-event'), await b.has('the-event')]).toEqual([true, true]);
  expect(await b.has('another')).toBe(false);
  expect(await server.dump()).not.toContain('the-event');
  await server.nodes[0]?.kill();
  // Redis is away: what this instance handled is known still, and nothing hangs.
  expect([await a.has('the-event'), await a.has('another')]).toEqual([true, false]);
  client.disconnect();
  await server.stop();
});
