import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { excessOf, type Window } from './windows.ts';

const times = fc.array(fc.double({ min: 1, max: 1_000, noNaN: true }), { minLength: 20, maxLength: 60 });
const windows = fc.array(times, { minLength: 5, maxLength: 5 });
const scaled = (some: readonly Window[], by: number) => some.map((window) => window.map((ms) => ms * by));

describe('windows of scans', () => {
  test('that all take longer are called chance', () => {
    fc.assert(
      fc.property(windows, (usual) => {
        // Longer than the longest: no other way to divide them gives such a ratio.
        const slowest = Math.max(...usual.flat());
        const { ratio, chance } = excessOf(usual, scaled(usual, slowest + 1));
        expect([ratio > 1.1, chance]).toEqual([true, 1 / 252]);
      }),
      { numRuns: 20 },
    );
  });

  test('that are the same ones are called slower', () => {
    fc.assert(
      fc.property(windows, (usual) => {
        const { ratio, chance } = excessOf(usual, usual);
        expect([ratio, chance > 0.1]).toEqual([1, true]);
      }),
      { numRuns: 20 },
    );
  });

  test('of which one of each kind was disturbed are called slower', () => {
    const calm = Array.from({ length: 5 }, () => Array.from({ length: 100 }, (_, at) => 10 + at / 100));
    const disturbed = [...calm.slice(1), Array.from({ length: 100 }, () => 200)];
    expect(excessOf(disturbed, scaled(disturbed, 1.2)).chance).toBeGreaterThan(0.1);
    expect(excessOf(calm, scaled(calm, 1.2))).toEqual({ ratio: expect.closeTo(1.2), chance: 1 / 252 });
  });
});
