import { describe, expect, test } from 'vitest';
import { CLOCK_BOUND_MS, ClockWatch, type ReferenceClock } from './clock-watch.ts';

const START = Date.UTC(2026, 0, 1);

function world(reference?: (trueMs: number) => number) {
  const time = { trueMs: START, wrongMs: 0, referenceIsAway: false };
  const changes: boolean[] = [];
  const references: ReferenceClock[] =
    reference === undefined
      ? []
      : [
          async () => {
            if (time.referenceIsAway) throw new Error('away');
            return reference(time.trueMs);
          },
        ];
  const watch = new ClockWatch({
    nowMs: () => time.trueMs + time.wrongMs,
    upMs: () => time.trueMs - START + 5_000,
    references,
    onChange: (isOff) => changes.push(isOff),
  });
  return { time, watch, changes };
}

describe('a clock', () => {
  test('that goes right is suspected', async () => {
    const { time, watch, changes } = world((trueMs) => trueMs + 900);
    for (let n = 0; n < 40; n += 1) {
      time.trueMs += 3_600_000;
      await watch.check();
    }
    expect(changes).toEqual([]);
  });

  test.each([CLOCK_BOUND_MS + 1, -CLOCK_BOUND_MS - 1])('that is set by %i ms is signed with', async (jumpMs) => {
    const { time, watch, changes } = world();
    await watch.check();
    time.wrongMs = jumpMs;
    await watch.check();
    expect(watch.isOff()).toBe(true);
    time.wrongMs = 0;
    await watch.check();
    await watch.check();
    expect([watch.isOff(), changes]).toEqual([false, [true, false]]);
  });

  test('that was wrong from the start is signed with, where somebody could have been asked', async () => {
    const { time, watch } = world((trueMs) => trueMs);
    time.wrongMs = 3_600_000;
    await watch.check();
    expect(watch.isOff()).toBe(true);
  });

  test('that is right is stopped for by one wrong reply, or by one wrong clock elsewhere', async () => {
    const replies = [START + 3_600_000, START, Number.NaN];
    const watchOf = (...references: ReferenceClock[]) =>
      new ClockWatch({ nowMs: () => START, upMs: () => 5_000, references, onChange: () => {} });
    const garbled = watchOf(async () => replies.shift() ?? START);
    const outvoted = watchOf(
      async () => START + 3_600_000,
      async () => START,
    );
    for (const watch of [garbled, outvoted]) {
      await watch.check();
      expect(watch.isOff()).toBe(false);
    }
  });

  test('that was set right stays suspected', async () => {
    const { time, watch } = world((trueMs) => trueMs);
    time.wrongMs = 3_600_000;
    time.referenceIsAway = true;
    const late = new ClockWatch({
      nowMs: () => time.trueMs + time.wrongMs,
      upMs: () => 0,
      references: [],
      onChange: () => {},
    });
    expect(late.isOff()).toBe(false);
    time.wrongMs = 0;
    time.referenceIsAway = false;
    await watch.check();
    expect(watch.isOff()).toBe(false);
  });
});
