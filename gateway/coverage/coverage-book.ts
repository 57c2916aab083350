import { randomUUID } from 'node:crypto';
import type { CoverageGroup } from '../../schemas/coverage-report.ts';
import { StoreError } from '../stores/store-error.ts';
import type { StoreWatch } from '../stores/store-watch.ts';
import { CoverageCounter, MINUTE_MS } from './coverage-counter.ts';
import type { SummedGroup } from './coverage-groups.ts';
import type { CountedBatch, CoverageStore, SumsWish, TimedTally } from './coverage-store.ts';

/** A crash loses at most this much of the counts, and nothing else. */
export const FLUSH_EVERY_MS = 2_000;
/** Flushes between two times at which what is old is forgotten: some half an hour. */
export const FORGET_EVERY = 1_000;
/** Looks between two at what an older version counts beside this one. */
const TAKE_OVER_EVERY = 15;

type Wish = Omit<SumsWish, 'afterMinute'>;

interface Parts {
  readonly store: StoreWatch<CoverageStore>;
  readonly nowMs: () => number;
}

/**
 * What was counted, here and by everybody: counts in memory, one batch to the store every few seconds. While the store
 * is away, counting goes on and the batch waits; memory grows by cells and minutes, never by scans.
 */
export class CoverageBook {
  readonly counter = new CoverageCounter();
  readonly #parts: Parts;
  readonly #instance = randomUUID();
  readonly #timer: NodeJS.Timeout;
  #batches = 0;
  #ticks = 0;
  #unsent: CountedBatch | null = null;
  #flushing: Promise<void> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#tick(), FLUSH_EVERY_MS).unref();
  }

  /** What may be shown of the last `windowMs`, over all instances, group by group. Throws StoreError. */
  async groups(windowMs: number, wish: Wish): Promise<SummedGroup[]> {
    const afterMinute = await this.#flushedAfter(windowMs);
    return await this.#parts.store.use((store) => store.sums({ ...wish, afterMinute }));
  }

  /** The same of everybody, over `perMinutes` each. Throws StoreError. */
  async series(windowMs: number, perMinutes: number, wish: Wish): Promise<TimedTally[]> {
    const afterMinute = await this.#flushedAfter(windowMs);
    return await this.#parts.store.use((store) => store.series({ ...wish, afterMinute }, perMinutes));
  }

  /** The groups that something is withheld of. Throws StoreError. */
  withheld(): Promise<CoverageGroup[]> {
    return this.#parts.store.use((store) => store.withheld());
  }

  /** Sends what was counted; one at a time. Never rejects: the store's failure is told by its watch, and the batch waits. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#send());
    return this.#flushing;
  }

  /** Sends what is left. The store is for others to close. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  async #flushedAfter(windowMs: number): Promise<number> {
    await this.flush();
    return Math.floor((this.#parts.nowMs() - windowMs) / MINUTE_MS);
  }

  #tick(): void {
    this.#ticks += 1;
    void this.flush();
    if (this.#ticks % TAKE_OVER_EVERY === 0) this.#do((store) => store.takeOver());
    // By time and not by batches: a monitor counts no scan of its own, and is told all of the country's.
    if (this.#ticks % FORGET_EVERY === 1) this.#do((store) => store.forget(this.#parts.nowMs()));
  }

  /** After what is being sent. What the store refuses now is done the next time. */
  #do(work: (store: CoverageStore) => Promise<void>): void {
    this.#flushing = this.#flushing.then(async () => {
      try {
        await this.#parts.store.use(work);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
      }
    });
  }

  async #send(): Promise<void> {
    // Behind a batch that had to wait there is what was counted since.
    for (let batch = this.#due(); batch !== null; batch = this.#due()) {
      const due = batch;
      try {
        await this.#parts.store.use((store) => this.#add(store, due));
      } catch (error) {
        if (error instanceof StoreError) return;
        throw error;
      }
    }
  }

  #due(): CountedBatch | null {
    this.#unsent ??= this.#nextBatch();
    return this.#unsent;
  }

  #nextBatch(): CountedBatch | null {
    const minutes = this.counter.take();
    if (minutes.length === 0) return null;
    this.#batches += 1;
    return { id: `${this.#instance}:${this.#batches}`, minutes };
  }

  async #add(store: CoverageStore, batch: CountedBatch): Promise<void> {
    await store.add(batch);
    this.#unsent = null;
  }
}
