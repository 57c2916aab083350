import { createHash } from 'node:crypto';
import type { Response } from 'express';
import type { Coverage } from '../../schemas/coverage.ts';
import { FairPlaces } from '../access/fair-places.ts';
import { ProblemError } from '../problem-error.ts';
import { StoreError } from '../stores/store-error.ts';

/** Pages that may listen at one time; whoever comes later asks now and then instead. */
const MOST_LISTENERS = 256;
/** How soon a change is told. */
const LOOK_EVERY_MS = 1_000;
/** Looking takes at most one part in so many of a processor, however much there is to look at. */
const LEAST_REST = 6;
/** Proxies cut off what says nothing for a minute. */
const HEARTBEAT_EVERY_MS = 15_000;

/**
 * Pages that are told when coverage is another, and then ask for what they show. All of them share one look, which nobody
 * takes while nobody listens.
 */
export class CoverageListeners {
  readonly #look: () => Promise<Coverage>;
  readonly #listening = new Set<Response>();
  readonly #places = new FairPlaces(MOST_LISTENERS);
  #timer: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #seen: string | null = null;
  #closed = false;

  constructor(look: () => Promise<Coverage>) {
    this.#look = look;
  }

  /**
   * Adds one until it is gone, or until its place goes to a `peer` with fewer of them. Throws ProblemError `unavailable` where
   * there are too many.
   */
  add(response: Response, peer: string): void {
    const leave = this.#closed ? null : this.#places.take(peer, () => response.destroy());
    if (leave === null) {
      throw new ProblemError('unavailable', 'no more pages can listen; ask now and then', { 'retry-after': '30' });
    }
    response.status(200).set({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    // A proxy that gathers what it passes on would hold a change back.
    response.set('x-accel-buffering', 'no').flushHeaders();
    this.#listening.add(response);
    response.once('close', () => {
      leave();
      this.#remove(response);
    });
    response.write('retry: 2000\nevent: changed\ndata: {}\n\n');
    if (this.#listening.size > 1) return;
    this.#heartbeat = setInterval(() => this.#tell(': \n\n'), HEARTBEAT_EVERY_MS).unref();
    this.#rest(LOOK_EVERY_MS);
  }

  /** How many listen now. */
  get listening(): number {
    return this.#listening.size;
  }

  /** Lets everybody go, and nobody listen any more. */
  close(): void {
    this.#closed = true;
    for (const response of this.#listening) response.end();
    this.#stop();
  }

  #remove(response: Response): void {
    this.#listening.delete(response);
    if (this.#listening.size === 0) this.#stop();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#heartbeat);
    this.#seen = null;
  }

  #rest(forMs: number): void {
    clearTimeout(this.#timer);
    if (this.#closed || this.#listening.size === 0) return;
    this.#timer = setTimeout(() => void this.#lookOnce(), forMs).unref();
  }

  async #lookOnce(): Promise<void> {
    const beganMs = performance.now();
    try {
      const now = digestOf(await this.#look());
      if (this.#seen !== now) this.#tell('event: changed\ndata: {}\n\n');
      this.#seen = now;
    } catch (error) {
      // A store that is away is told to each page by its own question.
      if (!(error instanceof StoreError || error instanceof ProblemError)) throw error;
    }
    this.#rest(Math.max(LOOK_EVERY_MS, LEAST_REST * (performance.now() - beganMs)));
  }

  #tell(text: string): void {
    for (const response of this.#listening) {
      // Whoever does not read is not waited for, and nothing is kept for it.
      if (response.writableNeedDrain) response.destroy();
      else response.write(text);
    }
  }
}

/** Of what a page shows, without the clock that runs in it. */
function digestOf({ generated_at: _, nodes, ...rest }: Coverage): string {
  const standing = nodes.map(({ last_report: _last, age_s: _age, ...node }) => node);
  return createHash('sha256')
    .update(JSON.stringify([rest, standing]))
    .digest('base64url');
}
