import { expect, test } from 'vitest';
import { type RoundFigures, ratioOf, ratiosOf } from './ratios.ts';

const round = (cpu: number): RoundFigures => ({ cpu, p99: cpu, rps: 1 / cpu });

test('a ratio is taken of two medians, and a machine that was slow for one round shows in it', () => {
  // In the second round everything took ten times as long.
  const { ratios, throughput } = ratiosOf(
    new Map([
      ['cold', [round(12), round(120), round(13)]],
      ['handwritten', [round(10), round(100), round(10)]],
    ]),
  );
  expect(ratios.get('cold/handwritten')).toEqual({ median: 1.2, q1: 1.2, q3: 1.25 });
  expect(throughput.get('cold/handwritten')?.median).toBeCloseTo(0.833);
});

test('the quartiles of a ratio do not lie around its median', () => {
  expect(ratioOf([5, 1, 2, 4, 3])).toEqual({ median: 3, q1: 2, q3: 4 });
  expect(ratioOf([2, 1])).toEqual({ median: 1.5, q1: 1.25, q3: 1.75 });
});
