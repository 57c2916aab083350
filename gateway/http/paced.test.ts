import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { paced } from './paced.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

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
});
