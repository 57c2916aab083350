import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPostgres, type TestPostgres } from '../../test/postgres.ts';
import { startRedis, type TestRedis } from '../../test/redis.ts';
import { SECRET, said } from './checks.fixture.ts';

let postgres: TestPostgres;
let redis: TestRedis;
beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
});
afterAll(async () => {
  await Promise.all([postgres.stop(), redis.stop()]);
});

test('a PostgreSQL that cannot be used passes, or one that can does not', async () => {
  const url = new URL(await postgres.createDatabase());
  const check = (change: Partial<URL>) =>
    said('database', 'HUREN_DATABASE_URL', { HUREN_DATABASE_URL: Object.assign(new URL(url), change).href });
  expect(await check({})).toEqual([expect.stringMatching(/^good: PostgreSQL \d+/)]);
  const refused = async (change: Partial<URL>) => (await check(change))[0];
  expect(await refused({ password: 'wrong' })).toMatch(/^bad: the database refuses this user or password/);
  expect(await refused({ pathname: '/none' })).toMatch(/^bad: there is no database of that name/);
  expect(await refused({ port: '9' })).toMatch(/^bad: nothing listens at the address/);
  expect(await refused({ hostname: 'no-such-host.invalid' })).toMatch(/^bad: the host of the database is not known/);
});

test('a Redis that cannot be used passes, or one that can does not', async () => {
  const check = (url: string) => said('redis', 'HUREN_REDIS_URL', { HUREN_REDIS_URL: url, HUREN_CACHE_SECRET: SECRET });
  expect(await check(redis.url)).toEqual(['good: it answers']);
  expect(await check(redis.url.replace('://', '://someone:wrong@'))).toEqual([
    'bad: user or password are not accepted',
  ]);
  expect(await check('redis://127.0.0.1:9')).toEqual(['bad: nothing listens there']);
  expect(await check('redis://no-such-host.invalid')).toEqual(['bad: its host name does not resolve']);
});
