import { FairPlaces } from '../access/fair-places.ts';
import { parseCheckpoint } from '../log/checkpoint.ts';
import { ProblemError } from '../problem-error.ts';
import type { Registry } from '../registry/registry.ts';

interface Waiter {
  readonly since: number;
  readonly release: () => void;
}

interface Terms {
  readonly waitMs: number;
  /** Whose request it is. */
  readonly peer: string;
  readonly gone: AbortSignal;
}

/** Requests that may wait at one time: every node of the country, and as many again. */
const MOST_WAITING = 1_024;
/** An entry is in force a moment before its checkpoint is signed, perhaps by another instance: looked for soon, then less often. */
const UNSIGNED = { firstMs: 20, mostMs: 1_000 };

/** Holds requests for a checkpoint until the log has grown, so that a change reaches those who follow at once. */
export class CheckpointWaits {
  readonly #registry: Pick<Registry, 'folded'>;
  readonly #newest: () => Promise<string | undefined>;
  readonly #waiting = new Set<Waiter>();
  readonly #places = new FairPlaces(MOST_WAITING);
  readonly #stop: () => void;
  #closed = false;
  #looking: Promise<void> | null = null;
  #again = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(registry: Pick<Registry, 'folded' | 'onChange'>, newest: () => Promise<string | undefined>) {
    this.#registry = registry;
    this.#newest = newest;
    this.#stop = registry.onChange(() => this.#look(UNSIGNED.firstMs));
  }

  /**
   * The newest checkpoint: at once where its size is another than `since`, else when the log grows, the time is up, the client
   * is gone, or its place goes to a `peer` with fewer of them. Throws ProblemError `unavailable` where too many wait.
   */
  async otherThan(since: number | null, { waitMs, peer, gone }: Terms): Promise<string | undefined> {
    if (since !== null && waitMs > 0 && !this.#closed) await this.#wait(since, { waitMs, peer, gone });
    return await this.#newest();
  }

  /** How many wait now. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Lets everybody go who waits, and nobody wait any more. */
  close(): void {
    this.#closed = true;
    this.#stop();
    clearTimeout(this.#timer);
    for (const { release } of this.#waiting) release();
  }

  async #wait(since: number, { waitMs, peer, gone }: Terms): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const leave = this.#places.take(peer, resolve);
    if (leave === null) {
      throw new ProblemError('unavailable', 'too many wait for the log to grow', { 'retry-after': '1' });
    }
    const waiter: Waiter = { since, release: resolve };
    this.#waiting.add(waiter);
    const timer = setTimeout(resolve, waitMs);
    gone.addEventListener('abort', () => resolve(), { once: true });
    this.#look(UNSIGNED.firstMs);
    await promise;
    clearTimeout(timer);
    this.#waiting.delete(waiter);
    leave();
  }

  /** Reads the checkpoint once for all who wait, and once more where something happened meanwhile. */
  #look(againMs: number): void {
    if (this.#waiting.size === 0 || this.#closed) return;
    if (this.#looking !== null) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#looking = this.#releaseReady(againMs).finally(() => {
      this.#looking = null;
      if (!this.#again) return;
      this.#again = false;
      this.#look(UNSIGNED.firstMs);
    });
  }

  /** Null where there is none. A store that cannot be read is told to each by its own reading, which comes at once. */
  async #newestSize(): Promise<number | null> {
    try {
      const note = await this.#newest();
      return note === undefined ? null : parseCheckpoint(note).size;
    } catch {
      return null;
    }
  }

  async #releaseReady(againMs: number): Promise<void> {
    const size = await this.#newestSize();
    for (const { since, release } of this.#waiting) if (size !== since) release();
    const isUnsigned = size !== null && this.#registry.folded().size > size;
    if (!isUnsigned || this.#closed) return;
    this.#timer = setTimeout(() => this.#look(Math.min(2 * againMs, UNSIGNED.mostMs)), againMs);
  }
}
