import { performance as process } from 'node:perf_hooks';
import { ProblemError } from '../problem-error.ts';

/** Work rests so many times as long as it took: together it takes at most one part in five of a processor. */
const LEAST_REST = 4;
/** Whoever would have to wait for longer is asked to come again. */
const MOST_WAIT_MS = 10_000;

/** Where time is read: the clock, and how long this process has been at work. Both in milliseconds. */
export interface PaceClock {
  readonly nowMs: () => number;
  readonly busyMs: () => number;
}

const CLOCK: PaceClock = {
  nowMs: () => performance.now(),
  // A wait for a database is none of it.
  busyMs: () => process.eventLoopUtilization().active,
};

/**
 * Work that anybody may ask for, one piece at a time, each of which rests by what it cost: a look at a whole country counts
 * a hundred times a look at one pair, and however many ask for however many things, scans have the rest of the processor.
 */
export class Pace {
  readonly #clock: PaceClock;
  #before: Promise<unknown> = Promise.resolve();
  #freeAtMs = Number.NEGATIVE_INFINITY;
  #waiting = 0;
  #costMs = 0;

  constructor(clock: PaceClock = CLOCK) {
    this.#clock = clock;
  }

  /** Does the work in its turn. Throws ProblemError `unavailable` where too much of it waits. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    const waitMs = this.#waiting * (1 + LEAST_REST) * this.#costMs + this.#freeAtMs - this.#clock.nowMs();
    if (waitMs > MOST_WAIT_MS) {
      throw new ProblemError('unavailable', 'too many ask for this just now', { 'retry-after': '10' });
    }
    this.#waiting += 1;
    const turn = this.#before.then(() => this.#work(work));
    this.#before = turn.catch(() => undefined);
    return await turn;
  }

  async #work<T>(work: () => Promise<T>): Promise<T> {
    await pause(this.#freeAtMs - this.#clock.nowMs());
    this.#waiting -= 1;
    const beganMs = this.#clock.busyMs();
    try {
      return await work();
    } finally {
      this.#costMs = this.#clock.busyMs() - beganMs;
      this.#freeAtMs = this.#clock.nowMs() + LEAST_REST * this.#costMs;
    }
  }
}

/** Of work that is the same for everybody, and never much. */
const AT_ONCE: Pick<Pace, 'take'> = { take: (work) => work() };

/**
 * Work that anybody may ask for, done at most once in `everyMs` however many ask: what anonymous visitors cost is bounded.
 * Nobody is told something old: the work begins after the question, and whoever asks meanwhile shares what comes next.
 * `pace`: of all that can be asked for beside it; throws ProblemError `unavailable` where too much of that waits.
 */
export function paced<T>(
  work: () => Promise<T>,
  everyMs: number,
  pace: Pick<Pace, 'take'> = AT_ONCE,
): () => Promise<T> {
  let lastMs = Number.NEGATIVE_INFINITY;
  let next: Promise<T> | null = null;
  const begin = async () => {
    // Always a turn later: `next` must be set before it is cleared.
    await pause(lastMs + everyMs - performance.now());
    let hasBegun = false;
    try {
      return await pace.take(async () => {
        next = null;
        hasBegun = true;
        lastMs = performance.now();
        return await work();
      });
    } finally {
      // Refused: whoever asks next asks anew. Where it began, `next` may be what comes after it.
      if (!hasBegun) next = null;
    }
  };
  return () => {
    next ??= begin();
    return next;
  };
}

async function pause(forMs: number): Promise<void> {
  await (forMs > 0 ? new Promise((resolve) => setTimeout(resolve, forMs)) : null);
}
