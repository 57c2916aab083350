import { createHook } from 'node:async_hooks';
import { Session } from 'node:inspector/promises';
import { setTimeout } from 'node:timers/promises';
import { GCProfiler, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { z } from 'zod';
import type { callsSchema, garbageSchema, TimeShares, Watched } from './observation.ts';
import { sharesOf } from './profile-shares.ts';
import { watchStalls } from './stalls.ts';

const SAMPLED_EVERY_US = 200;

/** Begins to watch this process; the function it returns ends that and tells what was seen. */
export async function watch(what: Watched): Promise<() => Promise<unknown>> {
  switch (what) {
    case 'time':
      return await watchTime();
    case 'garbage':
      return watchGarbage();
    case 'calls':
      return watchCalls();
    case 'stalls':
      return watchStalls();
  }
}

/** What this process keeps after a full collection, in bytes: on the heap and outside it. */
export function keptBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Longest that something which is on its way out is waited for, and how often it is looked at. */
const [SETTLES_WITHIN_MS, LOOK_EVERY_MS] = [3_000, 100];
/** What is still let go in one look is noise. */
const NOISE_BYTES = 20_000;

/**
 * The same once nothing more goes: what closes, or finalises, in later turns of the event loop would otherwise be taken off
 * whatever is measured after it.
 */
export async function settledBytes(): Promise<number> {
  const untilMs = performance.now() + SETTLES_WITHIN_MS;
  for (let before = keptBytes(); ; ) {
    await setTimeout(LOOK_EVERY_MS);
    const after = keptBytes();
    if (before - after < NOISE_BYTES || performance.now() > untilMs) return after;
    before = after;
  }
}

async function watchTime(): Promise<() => Promise<TimeShares>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLED_EVERY_US });
  await session.post('Profiler.start');
  return async () => {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    return sharesOf(profile);
  };
}

function watchGarbage(): () => Promise<z.output<typeof garbageSchema>> {
  const profiler = new GCProfiler();
  profiler.start();
  return async () => {
    const { statistics } = profiler.stop();
    const bytes = statistics.reduce((sum, { beforeGC, afterGC }) => {
      const [before, after] = [beforeGC.heapStatistics, afterGC.heapStatistics];
      const freed = before.usedHeapSize - after.usedHeapSize + before.externalMemory - after.externalMemory;
      return sum + Math.max(0, freed);
    }, 0);
    const pausedMs = statistics.reduce((sum, { cost }) => sum + cost / 1000, 0);
    return { bytes, collections: statistics.length, pausedMs };
  };
}

function watchCalls(): () => Promise<z.output<typeof callsSchema>> {
  const counted = new Map<string, number>();
  const hook = createHook({
    init: (_id, type) => {
      counted.set(type, (counted.get(type) ?? 0) + 1);
    },
  });
  hook.enable();
  return async () => {
    hook.disable();
    const { PROMISE = 0, Timeout = 0, TickObject = 0, ...others } = Object.fromEntries(counted);
    return { promises: PROMISE, timers: Timeout, ticks: TickObject, others };
  };
}
