import { PerformanceObserver } from 'node:perf_hooks';
import type { Stalls } from './observation.ts';
import { percentile } from './statistics.ts';

/** Nobody notices what is shorter. */
const TURN_MS = 5;
/** A thread that was away for longer has to do what came meanwhile, which a machine of its own would not have let pile up. */
const AWAY_MS = 10;

/** Watches how late this thread comes to its turns, and how much of that it was busy; the function it returns ends that. */
export function watchStalls(): () => Promise<Stalls> {
  const late: number[] = [];
  const busy: number[] = [];
  let collectionMs = 0;
  let ownMs = 0;
  const collections = new PerformanceObserver((seen) => {
    for (const { duration } of seen.getEntries()) collectionMs = Math.max(collectionMs, duration);
  });
  collections.observe({ entryTypes: ['gc'] });
  let atMs = performance.now();
  let usedUs = threadUs();
  const timer = setInterval(() => {
    const [nowMs, nowUs] = [performance.now(), threadUs()];
    const [tookMs, busyMs] = [nowMs - atMs, (nowUs - usedUs) / 1_000];
    late.push(Math.max(0, tookMs - TURN_MS));
    busy.push(busyMs);
    if (tookMs - TURN_MS - busyMs < AWAY_MS) ownMs = Math.max(ownMs, busyMs);
    atMs = nowMs;
    usedUs = nowUs;
  }, TURN_MS);
  return async () => {
    clearInterval(timer);
    collections.disconnect();
    const [lateMs, busyMs] = [late, busy].map((values) => Float64Array.from(values).sort());
    return {
      turns: late.length,
      late_p99_ms: percentile(lateMs ?? [], 99),
      late_max_ms: lateMs?.at(-1) ?? 0,
      busy_p99_ms: percentile(busyMs ?? [], 99),
      busy_max_ms: busyMs?.at(-1) ?? 0,
      own_max_ms: ownMs,
      collection_max_ms: collectionMs,
    };
  };
}

function threadUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
