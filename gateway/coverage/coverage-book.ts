import { randomUUID } from 'node:crypto';
import type { CoverageCell } from '../../schemas/coverage.ts';
import { CoverageCounter, MINUTE_MS, type MinuteRows } from './coverage-counter.ts';
import { cellsOf } from './coverage-rows.ts';
import { CoverageError, type CoverageStore } from './coverage-store.ts';

/** A crash loses at most this much of the counts, and nothing else. */
export const FLUSH_EVERY_MS = 2_000;
const KEPT_MS = 25 * 60 * MINUTE_MS;
const FORGET_EVERY = 1_000;

interface Batch {
  readonly id: string;
  readonly minutes: readonly MinuteRows[];
}

interface Parts {
  readonly store: CoverageStore;
  readonly nowMs: () => number;
  /** Hears of the first failure after a success, and of the first success after a failure (null). */
  readonly onChange: (failure: CoverageError | null) => void;
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
  #unsent: Batch | null = null;
  #flushing: Promise<void> = Promise.resolve();
  #failure: CoverageError | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS).unref();
  }

  /** Why nothing can be written at the moment, or null. */
  get failure(): CoverageError | null {
    return this.#failure;
  }

  /** Cells over the last `windowMs`, over all instances. Throws CoverageError. */
  async cells(windowMs: number): Promise<CoverageCell[]> {
    // Between the store and what is not in it yet nothing may be counted twice or missed.
    await this.flush();
    const since = Math.floor((this.#parts.nowMs() - windowMs) / MINUTE_MS);
    const stored = await this.#parts.store.sumsAfter(since);
    const here = [...(this.#unsent?.minutes ?? []), ...this.counter.pending()];
    return cellsOf([...stored, ...here.filter(({ minute }) => minute > since).flatMap(({ rows }) => rows)]);
  }

  /** Sends what was counted; one at a time. Never rejects: a failure is told to `onChange` and tried again. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#send());
    return this.#flushing;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
    await this.#parts.store.close();
  }

  async #send(): Promise<void> {
    this.#unsent ??= this.#nextBatch();
    try {
      if (this.#unsent === null) await this.#parts.store.probe();
      else await this.#add(this.#unsent);
      this.#settle(null);
    } catch (error) {
      if (!(error instanceof CoverageError)) throw error;
      this.#settle(error);
    }
  }

  #nextBatch(): Batch | null {
    const minutes = this.counter.take();
    if (minutes.length === 0) return null;
    this.#batches += 1;
    return { id: `${this.#instance}:${this.#batches}`, minutes };
  }

  async #add({ id, minutes }: Batch): Promise<void> {
    await this.#parts.store.add(id, minutes);
    this.#unsent = null;
    if (this.#batches % FORGET_EVERY !== 1) return;
    await this.#parts.store.forgetBefore(Math.floor((this.#parts.nowMs() - KEPT_MS) / MINUTE_MS));
  }

  #settle(failure: CoverageError | null): void {
    const changed = (failure === null) !== (this.#failure === null);
    this.#failure = failure;
    if (changed) this.#parts.onChange(failure);
  }
}
