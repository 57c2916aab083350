import { ProblemError } from '../problem-error.ts';
import { Shares } from './shares.ts';

/** What is given up first under overload, in this order. A repeat is a scan that was answered moments ago. */
export type Priority = 'batch' | 'repeat' | 'single';

interface Limit {
  readonly lagMs: number;
  readonly backlog: number;
}

/**
 * Beyond either, scans of that priority are turned away. A backlog of 1,000 is one to two seconds of work for a process;
 * a person at a door waits longest before being turned away.
 */
export const SHED_BEYOND: Readonly<Record<Priority, Limit>> = {
  batch: { lagMs: 150, backlog: 300 },
  repeat: { lagMs: 500, backlog: 1_000 },
  single: { lagMs: 1_500, backlog: 2_000 },
};
/** Scans under way in all, those that only wait included: what bounds memory. */
export const MOST_UNDER_WAY = 20_000;

/** Of a limit, what somebody who has more under way than others on average may fill: the rest is for the others. */
const SHARE_OF_HEAVY = 0.5;

const SAMPLE_MS = 100;

/**
 * Overload as this process feels it: how late its event loop runs, and how many scans it has work to do for. Those that
 * wait for a province cost nothing meanwhile, so however many wait for one code, that is no overload.
 */
export class LoadGauge {
  readonly #underWay = new Shares();
  #waiting = 0;
  readonly #lagMs = new Lasting();
  readonly #backlog = new Lasting();
  readonly #onShed: (priority: Priority) => void;

  constructor(onShed: (priority: Priority) => void) {
    this.#onShed = onShed;
  }

  /** Takes one reading: the event loop's delay as it was measured, and the backlog as it is. */
  note(lagMs: number): void {
    this.#lagMs.note(lagMs);
    this.#backlog.note(this.#underWay.total - this.#waiting);
  }

  /** Scans whose whole question is here: what has not arrived is nobody's work yet. */
  enter(client: string, scans = 1): void {
    this.#underWay.add(client, scans);
  }

  leave(client: string, scans = 1): void {
    this.#underWay.add(client, -scans);
  }

  /** Runs one scan's wait for somebody else. */
  whileWaiting<T>(wait: () => Promise<T>): Promise<T> {
    const waited = wait();
    this.#waiting += 1;
    waited.then(this.#goesOn, this.#goesOn);
    return waited;
  }

  readonly #goesOn = (): void => {
    this.#waiting -= 1;
  };

  /**
   * Throws ProblemError `unavailable` with Retry-After where there is no room for that priority. Where it is known who
   * asks, whoever has most under way is turned away first, so that one client's flood leaves room for the others.
   */
  admit(priority: Priority, client: string | null = null): void {
    const { lagMs, backlog } = SHED_BEYOND[priority];
    const share = client !== null && this.#underWay.weightOf(client) > 1 ? SHARE_OF_HEAVY : 1;
    const isOver =
      this.#lagMs.value > lagMs * share ||
      this.#backlog.value > backlog * share ||
      this.#underWay.total > MOST_UNDER_WAY * share;
    if (!isOver) return;
    this.#onShed(priority);
    const retryAfterS = { batch: 5, repeat: 2, single: 1 }[priority];
    throw new ProblemError('unavailable', 'the gateway is overloaded', { 'retry-after': String(retryAfterS) });
  }
}

/**
 * What has lasted over three readings: one long pause (a garbage collection, another process starting) or one burst is no
 * overload. Falls by halves once it is over.
 */
class Lasting {
  value = 0;
  #recent = [0, 0, 0];

  note(reading: number): void {
    this.#recent = [...this.#recent.slice(1), reading];
    this.value = Math.max(Math.min(...this.#recent), this.value / 2);
  }
}

/**
 * Keeps a gauge up to date from the event loop; gives back what stops it. Measured by a timer's own delay: a histogram
 * that is emptied at each reading is empty just when the loop is blocked.
 */
export function watchEventLoop(gauge: LoadGauge): () => void {
  let lastMs = performance.now();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    gauge.note(Math.max(0, nowMs - lastMs - SAMPLE_MS));
    lastMs = nowMs;
  }, SAMPLE_MS).unref();
  return () => clearInterval(timer);
}
