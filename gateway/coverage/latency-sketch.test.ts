import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LATENCY_CLASSES, latencyClass, latencyQuantiles, SKETCH_ERROR } from './latency-sketch.ts';

const times = fc.array(fc.double({ min: 0.1001, max: 86_400_000, noNaN: true }), { minLength: 1, maxLength: 200 });

/** What one node counts. */
function sketchOf(measured: readonly number[]): Float64Array {
  const counts = new Float64Array(LATENCY_CLASSES);
  for (const ms of measured) counts[latencyClass(ms)] = (counts[latencyClass(ms)] ?? 0) + 1;
  return counts;
}

test('the quantile of a sum is further from the true one than is stated', () => {
  fc.assert(
    fc.property(fc.array(times, { minLength: 1, maxLength: 8 }), fc.constantFrom(0.5, 0.95, 1), (nodes, share) => {
      const sketches = nodes.map(sketchOf);
      const merged = new Float64Array(LATENCY_CLASSES).map((_, rank) =>
        sketches.reduce((sum, sketch) => sum + (sketch[rank] ?? 0), 0),
      );
      const all = nodes.flat().sort((a, b) => a - b);
      const exact = all[Math.ceil(share * all.length) - 1] ?? Number.NaN;
      const [least = 0, told = 0] = latencyQuantiles(merged, [0, share]);
      expect(least).toBeLessThanOrEqual(told);
      expect(Math.abs(told - exact) / exact).toBeLessThanOrEqual(SKETCH_ERROR * (1 + 1e-9));
    }),
  );
});

test('nothing counted has a time, or the impossible breaks the sketch', () => {
  for (const none of [null, new Float64Array(LATENCY_CLASSES)]) {
    expect(latencyQuantiles(none, [0.5, 0.95])).toEqual([0, 0]);
  }
  for (const ms of [-1, 0, Number.NaN]) expect(latencyClass(ms)).toBe(0);
  expect(latencyClass(Number.POSITIVE_INFINITY)).toBe(latencyClass(86_400_000));
});
