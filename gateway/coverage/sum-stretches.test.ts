import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stretchesAfter } from './sum-stretches.ts';

const minute = fc.integer({ min: 0, max: 40_000_000 });
const perMinutes = fc.constantFrom(1, 60, 1_440, 1_000_000);

test('a minute is counted in two rows, in none, or in one that holds minutes before the window', () => {
  fc.assert(
    fc.property(
      minute,
      perMinutes,
      fc.nat(5_000),
      fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -5_000, max: 5_000 })),
      (after, per, later, since) => {
        const at = after + 1 + later;
        const rolledUpTo = at + since;
        const { over, since: fresh } = stretchesAfter(after, per, rolledUpTo);
        const stretches = [...over, ...fresh];
        const holding = stretches.filter(
          ({ span, from, until }) => from <= at && at < until && (span === 1 || at <= rolledUpTo),
        );
        expect(holding).toHaveLength(1);
        for (const stretch of stretches) {
          const { span, from, until } = stretch;
          expect(span).toBeLessThanOrEqual(per);
          expect(from).toBeGreaterThan(after);
          // What is added to later must not be among what is remembered.
          const isAddedTo = at > rolledUpTo && span === 1 && from <= at && at < until;
          if (isAddedTo) expect(fresh).toContain(stretch);
          // A row begins where its stretch does, and ends no later.
          expect([from % span, until % span]).toEqual([0, 0]);
        }
      },
    ),
    // An hour begins where what is not rolled up does: two stretches with one beginning.
    { examples: [[17_776_979, 60, 0, -1]] },
  );
});
