import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arrivalsAt, atTheirTimes } from './arrivals.ts';

test('questions come in another order or at another pace than they should, or not as the seed says', () => {
  const pace = fc.record({
    perSecond: fc.integer({ min: 50, max: 4_000 }),
    durationMs: fc.integer({ min: 1_000, max: 3_000 }),
    seed: fc.integer({ min: 0, max: 1_000 }),
  });
  fc.assert(
    fc.property(pace, (given) => {
      const due = arrivalsAt(given);
      expect(arrivalsAt(given)).toEqual(due);
      expect(due).toEqual(due.toSorted((a, b) => a - b));
      expect(due.every((atMs) => atMs > 0 && atMs < given.durationMs)).toBe(true);
      const wanted = (given.perSecond * given.durationMs) / 1000;
      // Six deviations of a Poisson number.
      expect(Math.abs(due.length - wanted)).toBeLessThan(6 * Math.sqrt(wanted));
    }),
    { numRuns: 50 },
  );
});

test('a question is asked before it is due, or left out', async () => {
  const due = arrivalsAt({ perSecond: 2_000, durationMs: 50, seed: 1 });
  const asked: number[] = [];
  await atTheirTimes(due, (dueAtMs) => {
    expect(performance.now()).toBeGreaterThanOrEqual(dueAtMs);
    asked.push(dueAtMs);
  });
  expect(asked).toHaveLength(due.length);
});
