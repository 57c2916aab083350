import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RateWindow } from './rate-window.ts';

const MOST = 5;
const LENGTH_MS = 100;

/** The rule as it reads, with nothing forgotten. */
function slowly(takes: readonly { readonly who: string; readonly points: number; readonly atMs: number }[]): boolean[] {
  const begun = new Map<string, { readonly atMs: number; taken: number }>();
  return takes.map(({ who, points, atMs }) => {
    const known = begun.get(who);
    const window = known === undefined || atMs >= known.atMs + LENGTH_MS ? { atMs, taken: 0 } : known;
    begun.set(who, window);
    window.taken += points;
    return window.taken <= MOST;
  });
}

test('somebody gets more than the limit in a window, or is refused in the next', () => {
  const take = fc.record({
    who: fc.constantFrom('a', 'b', 'c'),
    points: fc.integer({ min: 1, max: 3 }),
    afterMs: fc.integer({ min: 0, max: 60 }),
  });
  fc.assert(
    fc.property(fc.array(take, { maxLength: 60 }), (takes) => {
      const window = new RateWindow(MOST, LENGTH_MS);
      let atMs = 0;
      const dated = takes.map(({ who, points, afterMs }) => {
        atMs += afterMs;
        return { who, points, atMs };
      });
      expect(dated.map((one) => window.take(one.who, one.points, one.atMs) === 0)).toEqual(slowly(dated));
    }),
  );
});

test('the wait that is told is longer or shorter than what is left of the window', () => {
  const window = new RateWindow(1, LENGTH_MS);
  expect(window.take('a', 1, 1_000)).toBe(0);
  expect(window.take('a', 1, 1_030)).toBe(70);
  expect(window.take('a', 1, 1_100)).toBe(0);
});
