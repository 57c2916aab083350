import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stretchesAfter } from './sum-stretches.ts';

const minute = fc.integer({ min: 0, max: 40_000_000 });

test('a minute is counted in two stretches, in none, or in a row that holds minutes before the window', () => {
  fc.assert(
    fc.property(minute, fc.constantFrom(1, 60, 1_440, 1_000_000), fc.nat(5_000), (after, perMinutes, later) => {
      const stretches = stretchesAfter(after, perMinutes);
      const holding = stretches.filter(({ from, until }) => from <= after + 1 + later && after + 1 + later < until);
      expect(holding).toHaveLength(1);
      for (const { span, from, until } of stretches) {
        expect(span).toBeLessThanOrEqual(perMinutes);
        expect(from).toBeGreaterThan(after);
        // A row begins where its stretch does, and ends no later.
        expect([from % span, until % span]).toEqual([0, 0]);
      }
    }),
  );
});
