import { createHook } from 'node:async_hooks';
import { Session } from 'node:inspector/promises';
import { GCProfiler, getHeapStatistics, setFlagsFromString } from 'node:v8';
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

/**
 * On the heap what was made, by V8's own count, which is garbage sooner or later: what collections happen to free within a
 * few seconds is a tenth more or less of it. Outside the heap nobody counts, so that there it is what they freed.
 */
function watchGarbage(): () => Promise<z.output<typeof garbageSchema>> {
  const before = getHeapStatistics().total_allocated_bytes;
  const profiler = new GCProfiler();
  profiler.start();
  return async () => {
    const made = getHeapStatistics().total_allocated_bytes - before;
    const { statistics } = profiler.stop();
    const freedOutside = statistics.reduce((sum, { beforeGC, afterGC }) => {
      const freed = beforeGC.heapStatistics.externalMemory - afterGC.heapStatistics.externalMemory;
      return sum + Math.max(0, freed);
    }, 0);
    const pausedMs = statistics.reduce((sum, { cost }) => sum + cost / 1000, 0);
    return { bytes: made + freedOutside, collections: statistics.length, pausedMs };
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
