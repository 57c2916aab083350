import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { watchStalls } from './stalls.ts';

const STALL_MS = 60;

test('a thread that works is taken for one that was not scheduled, or the other way round', async () => {
  const whileBusy = watchStalls();
  await setTimeout(20);
  const untilUs = usedUs() + STALL_MS * 1_000;
  while (usedUs() < untilUs);
  await setTimeout(20);
  const busy = await whileBusy();
  const whileAway = watchStalls();
  await setTimeout(20);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STALL_MS);
  await setTimeout(20);
  const away = await whileAway();
  expect(Math.min(busy.late_max_ms, away.late_max_ms)).toBeGreaterThan(STALL_MS / 2);
  expect(busy.busy_max_ms).toBeGreaterThan(2 * away.busy_max_ms);
  expect(away.own_max_ms).toBeLessThan(STALL_MS / 2);
});

/** A machine that is busy otherwise makes this longer, and not other. */
function usedUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
