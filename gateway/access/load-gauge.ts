import { monitorEventLoopDelay } from 'node:perf_hooks';
import { ProblemError } from '../problem-error.ts';

/** What is given up first under overload, in this order. A repeat is a scan that was answered moments ago. */
export type Priority = 'batch' | 'repeat' | 'single';

interface Limit {
  readonly lagMs: number;
  readonly inFlight: number;
}

/** Beyond either, requests of that priority are turned away. A person at a door waits longest before that happens. */
export const SHED_BEYOND: Readonly<Record<Priority, Limit>> = {
  batch: { lagMs: 150, inFlight: 2_000 },
  repeat: { lagMs: 500, inFlight: 12_000 },
  single: { lagMs: 2_000, inFlight: 20_000 },
};

const SAMPLE_MS = 200;
const NANOSECONDS = 1e6;

/** Overload as this process feels it: how late its event loop runs, and how many requests are under way. */
export class LoadGauge {
  #inFlight = 0;
  #lagMs = 0;
  #recentMs = [0, 0, 0];
  readonly #onShed: (priority: Priority) => void;

  constructor(onShed: (priority: Priority) => void) {
    this.#onShed = onShed;
  }

  /**
   * Takes one reading of the event loop's delay. Only what lasts over three readings counts: one long pause (a garbage
   * collection, another process starting) is no overload. Falls by halves once it is over.
   */
  noteLag(lagMs: number): void {
    this.#recentMs = [...this.#recentMs.slice(1), lagMs];
    this.#lagMs = Math.max(Math.min(...this.#recentMs), this.#lagMs / 2);
  }

  enter(): void {
    this.#inFlight += 1;
  }

  leave(): void {
    this.#inFlight -= 1;
  }

  get lagMs(): number {
    return this.#lagMs;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Throws ProblemError `unavailable` with Retry-After where there is no room for that priority. */
  admit(priority: Priority): void {
    const limit = SHED_BEYOND[priority];
    if (this.#lagMs <= limit.lagMs && this.#inFlight <= limit.inFlight) return;
    this.#onShed(priority);
    const retryAfterS = { batch: 5, repeat: 2, single: 1 }[priority];
    throw new ProblemError('unavailable', 'the gateway is overloaded', { 'retry-after': String(retryAfterS) });
  }
}

/** Keeps a gauge up to date from the event loop; gives back what stops it. */
export function watchEventLoop(gauge: LoadGauge): () => void {
  const histogram = monitorEventLoopDelay({ resolution: 10 });
  histogram.enable();
  const timer = setInterval(() => {
    const p90 = histogram.percentile(90) / NANOSECONDS;
    histogram.reset();
    gauge.noteLag(Number.isFinite(p90) ? p90 : 0);
  }, SAMPLE_MS).unref();
  return () => {
    clearInterval(timer);
    histogram.disable();
  };
}
