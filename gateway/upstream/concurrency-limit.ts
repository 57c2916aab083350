import { UpstreamError } from '../../adapters/upstream-error.ts';
import type { Deadline } from './deadlines.ts';

interface Bounds {
  /** Most requests under way at once: the manifest's connections. */
  readonly most: number;
  /** Most requests waiting for their turn. */
  readonly queue: number;
}

/** Weights of the newest sample in what is usual and in what is so now. */
const USUAL_WEIGHT = 1 / 2_000;
const NOW_WEIGHT = 1 / 8;
/** A pause is never longer, whatever is asked for. */
const MOST_PAUSE_MS = 30_000;
/** Signals that come closer together are of the same load: what was under way when the first one came. */
const WAVE_MS = 100;
/** How long after the last signal the limit may grow again. */
const GROWS_AFTER_MS = 1_000;
/** Pauses that nobody asked for: from the second wave on, each twice as long as the last, while nothing is answered. */
const FIRST_PAUSE_MS = 100;
const MOST_OWN_PAUSE_MS = 1_000;
/** Latency may rise by half before it counts as a sign of load. */
const TOLERANCE = 1.5;
const SMOOTHING = 0.2;

interface Waiting {
  readonly start: () => void;
  readonly refuse: (error: UpstreamError) => void;
}

/**
 * How many requests a province gets at once. Falls when its latency rises above what is usual there (the gradient of
 * the two), because a queue in front of a struggling system is better kept here than there; rises again by itself.
 */
export class ConcurrencyLimit {
  readonly #bounds: Bounds;
  readonly #least: number;
  readonly #waiting = new Set<Waiting>();
  #limit: number;
  #underWay = 0;
  #usualMs: number | null = null;
  #nowMs = 0;
  #pausedUntilMs = 0;
  readonly #wave = { atMs: Number.NEGATIVE_INFINITY, unanswered: 0 };

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
    this.#limit = bounds.most;
    this.#least = Math.min(bounds.most, Math.max(2, Math.ceil(bounds.most / 8)));
  }

  get limit(): number {
    return Math.floor(this.#limit);
  }

  get underWay(): number {
    return this.#underWay;
  }

  /**
   * The other side says that it is asked too much: half as much from now on, and nothing at all for as long as it asks
   * for (null: it does not say), at most half a minute. It grows again by itself. One that goes on saying so without
   * answering anybody is left alone for a little longer each time.
   */
  lower(retryAfterMs: number | null): void {
    const nowMs = performance.now();
    if (nowMs - this.#wave.atMs >= WAVE_MS) {
      this.#wave.atMs = nowMs;
      this.#wave.unanswered += 1;
      this.#limit = Math.max(this.#least, this.#limit / 2);
    }
    const pauseMs = retryAfterMs === null ? this.#ownPauseMs() : Math.min(retryAfterMs, MOST_PAUSE_MS);
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, nowMs + pauseMs);
    if (pauseMs > 0) this.#refuseWaiting();
  }

  /** It answers: whatever it refused before, it is not all that it does. */
  answered(): void {
    this.#wave.unanswered = 0;
  }

  /**
   * Runs `work` when it is its turn, and ends `deadline` with it. Where an answer comes in parts, `begun` says that it began
   * to, which is what tells of load: how long the last part takes may be another's fault. Rejects with UpstreamError `busy`
   * in a pause and where the queue is full, and `timeout` after `deadline`.
   */
  run<T>(deadline: Deadline, work: (begun: () => void) => Promise<T>): Promise<T> {
    if (performance.now() >= this.#pausedUntilMs && this.#underWay < this.limit) {
      this.#underWay += 1;
      return this.#start(deadline, work);
    }
    const turn = performance.now() < this.#pausedUntilMs ? Promise.reject(paused()) : this.#turn(deadline);
    return turn.then(
      () => this.#start(deadline, work),
      (error: unknown) => {
        deadline.end();
        throw error;
      },
    );
  }

  /** Its place among those under way is taken before. */
  #start<T>(deadline: Deadline, work: (begun: () => void) => Promise<T>): Promise<T> {
    const started = performance.now();
    let isNoted = false;
    const note = (failed: boolean) => {
      if (!isNoted) this.#note(performance.now() - started, failed);
      isNoted = true;
    };
    const over = (failed: boolean) => {
      deadline.end();
      this.#underWay -= 1;
      note(failed);
      this.#startWaiting();
    };
    return work(() => note(false)).then(
      (result) => {
        over(false);
        return result;
      },
      (error: unknown) => {
        over(true);
        throw error;
      },
    );
  }

  #turn(deadline: Deadline): Promise<void> {
    if (this.#waiting.size >= this.#bounds.queue) {
      return Promise.reject(new UpstreamError('busy', 'too many requests are waiting for this province'));
    }
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { start: resolve, refuse: reject };
      this.#waiting.add(waiting);
      deadline.onOver = () => {
        this.#waiting.delete(waiting);
        reject(new UpstreamError('timeout', 'the province was too busy to be asked in time'));
      };
    });
  }

  #ownPauseMs(): number {
    const { unanswered } = this.#wave;
    return unanswered < 2 ? 0 : Math.min(MOST_OWN_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (unanswered - 2));
  }

  #refuseWaiting(): void {
    for (const waiting of this.#waiting) waiting.refuse(paused());
    this.#waiting.clear();
  }

  /** As many as there is room for, which may have grown by more than the one that is over. */
  #startWaiting(): void {
    for (const next of this.#waiting) {
      if (this.#underWay >= this.limit) return;
      this.#waiting.delete(next);
      this.#underWay += 1;
      next.start();
    }
  }

  #note(tookMs: number, failed: boolean): void {
    this.#nowMs += (tookMs - this.#nowMs) * (this.#usualMs === null ? 1 : NOW_WEIGHT);
    // What a failure took says how things are now, not what is usual.
    if (!failed) this.#usualMs = this.#nextUsual(tookMs);
    if (this.#usualMs === null || this.#nowMs === 0) return;
    const gradient = Math.max(0.5, Math.min(1, (TOLERANCE * this.#usualMs) / this.#nowMs));
    // Room to grow comes only from use: a limit that nobody reaches proves nothing.
    if (gradient === 1 && this.#underWay < this.#limit / 2) return;
    // A refusal is quick, which proves nothing either.
    if (gradient === 1 && performance.now() - this.#wave.atMs < GROWS_AFTER_MS) return;
    const wanted = this.#limit * gradient + Math.sqrt(this.#limit) / 2;
    const next = this.#limit + (wanted - this.#limit) * SMOOTHING;
    this.#limit = Math.max(this.#least, Math.min(this.#bounds.most, next));
  }

  #nextUsual(tookMs: number): number {
    if (this.#usualMs === null) return tookMs;
    const drifted = this.#usualMs + (tookMs - this.#usualMs) * USUAL_WEIGHT;
    // After a long bad time the bad has become usual: come back faster than it came.
    return drifted > 2 * this.#nowMs ? drifted * 0.95 : drifted;
  }
}

function paused(): UpstreamError {
  return new UpstreamError('busy', 'the province asked to be left alone for a while');
}
