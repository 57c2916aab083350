import { expect, test } from 'vitest';
import { type Arrival, courseOf, paceOf, recoveredAfterMs } from './surge-load.ts';

const one = (dueMs: number, tookMs = 5, status = 200): Arrival => ({ dueMs, tookMs, status });
const after = { fromMs: 1_000, windowMs: 100, wellMs: 50 };

test('what was not answered counts as quick, or as answered', () => {
  const arrivals = [one(0, 4), one(1, 6), one(2, 1, 503), one(3, 10_000, 0)];
  expect(paceOf(arrivals)).toEqual({ arrived: 4, answered: 0.5, turned_away: 1, p50_ms: 4, p99_ms: 6 });
});

test('the course of a surge hides a window in which nobody was answered, or ends with one that was cut short', () => {
  const arrivals = [one(1_000, 4), one(1_499, 6), one(1_500, 1, 503), one(2_100, 9)];
  expect(courseOf(arrivals, 500)).toEqual([
    { at_s: 0, per_s: 4, p99_ms: 6 },
    { at_s: 0.5, per_s: 2, p99_ms: null },
  ]);
});

test.each([
  ['at once', [one(900, 9_000), one(1_000), one(1_150)], 0],
  ['while somebody is turned away', [one(1_000), one(1_230, 1, 503), one(1_350)], 300],
  ['while answers come late', [one(1_010, 90), one(1_110), one(1_210)], 100],
  ['in between', [one(1_010, 90), one(1_110), one(1_220, 80), one(1_310)], 300],
  ['where no answer came', [one(1_010), one(1_450, 10_000, 0)], 500],
])('a gateway that recovers %s is thought to recover at another time', (_when, arrivals, ms) => {
  expect(recoveredAfterMs(arrivals, after)).toBe(ms);
});
