import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Pace, paced } from './paced.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A pace whose work says itself what it costs, and when each piece of it began. */
function costing() {
  let busyMs = 0;
  const pace = new Pace({ nowMs: () => performance.now(), busyMs: () => busyMs });
  const began: number[] = [];
  const ask = (name: string, costMs: number) =>
    paced(
      async () => {
        began.push(performance.now());
        busyMs += costMs;
        await new Promise((resolve) => setTimeout(resolve, costMs));
        return name;
      },
      100,
      pace,
    );
  return { ask, began };
}

describe('work that anybody may ask for', () => {
  test('is done as often as it is asked for', async () => {
    let done = 0;
    const ask = paced(async () => ++done, 100);
    expect(await ask()).toBe(1);
    const crowd = Array.from({ length: 1_000 }, () => ask());
    await vi.advanceTimersByTimeAsync(100);
    expect(new Set(await Promise.all(crowd))).toEqual(new Set([2]));
  });

  test('answers with what was so before the question', async () => {
    let state = 'before';
    const ask = paced(async () => state, 100);
    await ask();
    state = 'after';
    const answer = ask();
    await vi.advanceTimersByTimeAsync(100);
    expect(await answer).toBe('after');
  });

  test('is waited for where nobody has asked lately, or never again after a failure', async () => {
    let fails = true;
    const ask = paced(async () => {
      if (fails) throw new Error('the store is away');
      return 'there';
    }, 100);
    await expect(ask()).rejects.toThrow('the store is away');
    fails = false;
    await vi.advanceTimersByTimeAsync(100);
    expect(await ask()).toBe('there');
  });

  test('takes more of the processor where more of it is asked for, or a heavy piece rests no longer than a light one', async () => {
    for (const [costMs, rests] of [
      [200, 800],
      [2, 8],
    ] as const) {
      const { ask, began } = costing();
      const all = Promise.all(Array.from({ length: 6 }, (_, n) => ask(`question ${n}`, costMs)()));
      await vi.advanceTimersByTimeAsync(6 * (costMs + rests));
      expect(await all).toHaveLength(6);
      const [first = 0, ...later] = began;
      expect(later.map((at) => Math.round(at - first))).toEqual([1, 2, 3, 4, 5].map((n) => n * (costMs + rests)));
    }
  });

  test('waits without end behind other work, or is refused for ever', async () => {
    const { ask, began } = costing();
    const first = ask('first', 1_500)();
    await vi.advanceTimersByTimeAsync(1_500);
    await first;
    const second = ask('second', 1_500)();
    const third = ask('third', 1_500);
    await vi.advanceTimersByTimeAsync(0);
    await expect(third()).rejects.toMatchObject({ code: 'unavailable' });
    expect(began).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(6_000 + 1_500);
    expect(await second).toBe('second');
    const again = third();
    await vi.advanceTimersByTimeAsync(6_000 + 1_500);
    expect(await again).toBe('third');
  });
});
