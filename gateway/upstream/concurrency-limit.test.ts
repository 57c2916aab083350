import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ConcurrencyLimit } from './concurrency-limit.ts';

const NEVER = new AbortController().signal;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Keeps `width` requests under way for `rounds` rounds, each of `tookMs`. */
async function drive(
  limit: ConcurrencyLimit,
  width: number,
  rounds: number,
  tookMs: number,
  fails = false,
): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const work = () =>
      new Promise<void>((resolve, reject) => setTimeout(fails ? () => reject(new Error('fails')) : resolve, tookMs));
    const all = Promise.allSettled(Array.from({ length: width }, () => limit.run(NEVER, work)));
    await vi.runAllTimersAsync();
    await all;
  }
}

describe('a province', () => {
  test('whose latency rises under load is asked as much as before', async () => {
    const limit = new ConcurrencyLimit({ most: 64, queue: 1_000 });
    await drive(limit, 64, 5, 10);
    expect(limit.limit).toBe(64);
    await drive(limit, 64, 5, 200);
    expect(limit.limit).toBeLessThan(40);
  });

  test('that has recovered is still asked less', async () => {
    const limit = new ConcurrencyLimit({ most: 64, queue: 1_000 });
    await drive(limit, 64, 5, 10);
    await drive(limit, 64, 10, 400);
    expect(limit.limit).toBeLessThan(40);
    await drive(limit, 64, 60, 10);
    expect(limit.limit).toBe(64);
  });

  test('that fails is never asked again', async () => {
    const limit = new ConcurrencyLimit({ most: 64, queue: 1_000 });
    await drive(limit, 64, 5, 10);
    await drive(limit, 64, 50, 3_000, true);
    expect(limit.limit).toBe(8);
    await drive(limit, 64, 60, 10);
    expect(limit.limit).toBeGreaterThan(32);
  });

  test('that is always slow is taken for one that is overloaded', async () => {
    const limit = new ConcurrencyLimit({ most: 64, queue: 1_000 });
    await drive(limit, 64, 20, 900);
    expect(limit.limit).toBe(64);
  });
});

test('one who waits is asked out of turn, or waits past its time', async () => {
  const limit = new ConcurrencyLimit({ most: 1, queue: 10 });
  const order: string[] = [];
  const work = (name: string) => () =>
    new Promise<void>((resolve) => {
      order.push(name);
      setTimeout(resolve, 10);
    });
  const given = new AbortController();
  const first = limit.run(NEVER, work('first'));
  const second = limit.run(given.signal, work('second'));
  const third = limit.run(NEVER, work('third'));
  given.abort();
  await expect(second).rejects.toMatchObject({ code: 'timeout' });
  await vi.runAllTimersAsync();
  await Promise.all([first, third]);
  expect(order).toEqual(['first', 'third']);
  expect(limit.underWay).toBe(0);
});
