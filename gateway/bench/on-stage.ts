import { cpus, loadavg, release, totalmem } from 'node:os';
import { BenchError } from './bench-error.ts';
import { Cleanup } from './cleanup.ts';
import type { BenchResult } from './result.ts';
import { openStage, type Stage } from './stage.ts';
import { rounded } from './statistics.ts';

/** Under three minutes, whatever happens. */
const MAX_TOTAL_MS = 170_000;

export type Progress = (what: string) => void;

/** Measures on a stage of its own, and stops everything that was started for it. Throws BenchError. */
export async function onStage<T>(onProgress: Progress, measure: (stage: Stage) => Promise<T>): Promise<T> {
  const cleanup = new Cleanup();
  const stopped = interruption();
  try {
    return await Promise.race([openStage(cleanup).then(measure), stopped.promise]);
  } finally {
    stopped.dispose();
    onProgress('stopping');
    await cleanup.run();
  }
}

/** Processes that wanted a core in the minute before this one began. */
const [LOAD_BEFORE = 0] = loadavg();

/** What figures were taken on; not where it stands or whose it is. */
export function machine(): BenchResult['machine'] {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memory_gb: rounded(totalmem() / 2 ** 30),
    load_before: rounded(LOAD_BEFORE),
    os: `${process.platform} ${release()} ${process.arch}`,
  };
}

/** Rejects on Ctrl-C and when the time is up. */
export function interruption(): { readonly promise: Promise<never>; readonly dispose: () => void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const onSignal = () => reject(new BenchError('interrupted', 'interrupted'));
  const timer = setTimeout(() => reject(new BenchError('out_of_time', 'three minutes were not enough')), MAX_TOTAL_MS);
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const dispose = () => {
    clearTimeout(timer);
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  };
  return { promise, dispose };
}
