import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { watchStalls } from './stalls.ts';

const STALL_MS = 60;

test('a thread that works is taken for one that was not scheduled, or the other way round', async () => {
  const whileBusy = watchStalls();
  await setTimeout(20);
  const untilMs = performance.now() + STALL_MS;
  while (performance.now() < untilMs);
  await setTimeout(20);
  const busy = await whileBusy();
  const whileAway = watchStalls();
  await setTimeout(20);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STALL_MS);
  await setTimeout(20);
  const away = await whileAway();
  expect(Math.min(busy.late_max_ms, away.late_max_ms)).toBeGreaterThan(STALL_MS / 2);
  expect(busy.busy_max_ms).toBeGreaterThan(2 * away.busy_max_ms);
});
