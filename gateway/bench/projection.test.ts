import fc from 'fast-check';
import { expect, test } from 'vitest';
import { coresFor, perCore } from './projection.ts';

const COSTS = { repeatUs: 70, destinationUs: 350, issuerUs: 280 };

test('a core is taken to do more than the share of it that may be used', () => {
  expect(perCore(700)).toBe(1_000);
});

test('cores for scans are not what the scans cost', () => {
  expect(coresFor(100_000, COSTS, 0)).toEqual({ repeatedShare: 0, destination: 50, issuer: 40, all: 90 });
  const remembered = coresFor(100_000, COSTS, 1);
  expect([remembered.destination, remembered.issuer]).toEqual([10, 0]);
});

test('more scans, or fewer that are remembered, need no more cores', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const scans = fc.integer({ min: 1, max: 1_000_000 });
  fc.assert(
    fc.property(scans, scans, share, share, (few, more, less, better) => {
      const [low, high] = [Math.min(less, better), Math.max(less, better)];
      expect(coresFor(few, COSTS, high).all).toBeLessThanOrEqual(coresFor(few, COSTS, low).all + 1e-9);
      expect(coresFor(few + more, COSTS, low).all).toBeGreaterThan(coresFor(few, COSTS, low).all);
    }),
  );
});
