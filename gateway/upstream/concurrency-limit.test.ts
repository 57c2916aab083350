import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import { type Deadline, Deadlines } from './deadlines.ts';

const NEVER: Deadline = { isOver: false, onOver: null, end: () => undefined };

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
  const given = new Deadlines(5).begin();
  const first = limit.run(NEVER, work('first'));
  const second = limit.run(given, work('second'));
  const third = limit.run(NEVER, work('third'));
  const refused = expect(second).rejects.toMatchObject({ code: 'timeout' });
  await vi.runAllTimersAsync();
  await refused;
  await Promise.all([first, third]);
  expect(order).toEqual(['first', 'third']);
  expect(limit.underWay).toBe(0);
});

test('those who wait are let through as few at once as at the worst time, however much it has grown since', async () => {
  const limit = new ConcurrencyLimit({ most: 64, queue: 1_000 });
  for (let wave = 0; wave < 3; wave += 1) {
    limit.lower(null);
    limit.answered();
    await vi.advanceTimersByTimeAsync(150);
  }
  expect(limit.limit).toBe(8);
  await vi.advanceTimersByTimeAsync(1_000);
  let most = 0;
  const work = () => {
    most = Math.max(most, limit.underWay);
    return new Promise<void>((resolve) => setTimeout(resolve, 10));
  };
  const all = Promise.all(Array.from({ length: 600 }, () => limit.run(NEVER, work)));
  await vi.runAllTimersAsync();
  await all;
  expect([most > 32, most <= 64, limit.underWay]).toEqual([true, true, 0]);
});

test('a province that begins to answer in time is taken for slow by the last part of its answer', async () => {
  const limit = new ConcurrencyLimit({ most: 64, queue: 1_000 });
  await drive(limit, 64, 5, 10);
  const inParts = (begun: () => void) =>
    new Promise<void>((resolve) => {
      setTimeout(begun, 10);
      setTimeout(resolve, 400);
    });
  for (let round = 0; round < 5; round += 1) {
    const all = Promise.all(Array.from({ length: 64 }, () => limit.run(NEVER, inParts)));
    await vi.runAllTimersAsync();
    await all;
  }
  expect(limit.limit).toBe(64);
});

test('the time of a question is watched after it is over, whatever came of it', async () => {
  const limit = new ConcurrencyLimit({ most: 1, queue: 0 });
  let ended = 0;
  const deadline: Deadline = { ...NEVER, end: () => (ended += 1) };
  const work = () => new Promise<void>((resolve) => setTimeout(resolve, 10));
  const answered = limit.run(deadline, work);
  await expect(limit.run(deadline, work)).rejects.toMatchObject({ code: 'busy' });
  expect(ended).toBe(1);
  await vi.runAllTimersAsync();
  await answered;
  expect(ended).toBe(2);
  await expect(limit.run(deadline, () => Promise.reject(new Error('fails')))).rejects.toThrow('fails');
  limit.lower(1_000);
  await expect(limit.run(deadline, work)).rejects.toMatchObject({ code: 'busy' });
  expect(ended).toBe(4);
});

describe('a province that says that it is asked too much', () => {
  /** Has `count` questions asked at once, of which the province refuses every one; how many got through to it. */
  async function refused(limit: ConcurrencyLimit, count: number, retryAfterMs: number | null): Promise<number> {
    let asked = 0;
    const ask = async () => {
      await limit.run(NEVER, async () => {
        asked += 1;
        await new Promise<void>((resolve) => setTimeout(resolve, 5));
      });
      limit.lower(retryAfterMs);
    };
    const all = Promise.allSettled(Array.from({ length: count }, ask));
    await vi.runAllTimersAsync();
    await all;
    return asked;
  }
  const ask = (limit: ConcurrencyLimit) => limit.run(NEVER, async () => 'answer');

  test('is asked in the time in which it wants to be left alone, or not after it', async () => {
    const limit = new ConcurrencyLimit({ most: 8, queue: 100 });
    // Eight at once, and perhaps one more each before the first refusal was heard.
    expect(await refused(limit, 40, 5_000)).toBeLessThanOrEqual(16);
    await expect(ask(limit)).rejects.toMatchObject({ code: 'busy' });
    await vi.advanceTimersByTimeAsync(4_900);
    await expect(ask(limit)).rejects.toMatchObject({ code: 'busy' });
    await vi.advanceTimersByTimeAsync(200);
    await expect(ask(limit)).resolves.toBe('answer');
  });

  test('shuts itself out for longer than half a minute', async () => {
    const limit = new ConcurrencyLimit({ most: 8, queue: 100 });
    limit.lower(24 * 3_600_000);
    await vi.advanceTimersByTimeAsync(30_000);
    await expect(ask(limit)).resolves.toBe('answer');
  });

  test('and does not say for how long is asked at full speed', async () => {
    const limit = new ConcurrencyLimit({ most: 64, queue: 1_000 });
    await drive(limit, 64, 5, 10);
    expect(await refused(limit, 64, null)).toBe(64);
    expect(limit.limit).toBe(32);
    let asked = 0;
    for (let second = 0; second < 100; second += 1) {
      asked += await refused(limit, 64, null);
      await vi.advanceTimersByTimeAsync(100);
    }
    // Without pauses a hundred times 64; the least that it is asked is eight at a time.
    expect(asked).toBeLessThan(100 * 8);
  });

  test('is asked as much as before by those who wait', async () => {
    const limit = new ConcurrencyLimit({ most: 8, queue: 100 });
    const together: number[] = [];
    const work = () => {
      together.push(limit.underWay);
      return new Promise<void>((resolve) => setTimeout(resolve, 10));
    };
    const all = Promise.all(Array.from({ length: 24 }, () => limit.run(NEVER, work)));
    limit.lower(null);
    await vi.runAllTimersAsync();
    await all;
    expect([Math.max(...together.slice(0, 8)), Math.max(...together.slice(8))]).toEqual([8, 4]);
  });

  test('and answers others in between is left alone', async () => {
    const limit = new ConcurrencyLimit({ most: 8, queue: 100 });
    for (let wave = 0; wave < 5; wave += 1) {
      limit.lower(null);
      limit.answered();
      await vi.advanceTimersByTimeAsync(150);
    }
    limit.lower(null);
    await expect(ask(limit)).resolves.toBe('answer');
  });

  test('is not asked more again by what it refuses, or is never asked more again', async () => {
    const limit = new ConcurrencyLimit({ most: 64, queue: 1_000 });
    limit.lower(null);
    await vi.advanceTimersByTimeAsync(200);
    limit.lower(null);
    limit.answered();
    await vi.advanceTimersByTimeAsync(200);
    await drive(limit, 16, 20, 1);
    expect(limit.limit).toBe(16);
    await vi.advanceTimersByTimeAsync(1_000);
    await drive(limit, 64, 60, 10);
    expect(limit.limit).toBe(64);
  });
});
