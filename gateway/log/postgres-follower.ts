import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';

/** Where writers say that the log grew. */
export const GROWTH_CHANNEL = 'huren_log';

const RECONNECT_MS = 250;

export type FollowerParts = {
  readonly makeClient: () => pg.Client;
  readonly readSize: () => Promise<number>;
  readonly onSize: (size: number) => void;
  readonly pollMs: number;
};

/**
 * Follows a log that other instances write: asks for the size on every notification, and every `pollMs` besides,
 * because a notification is lost whenever the connection is (and some connection poolers never deliver one).
 */
export class PostgresFollower {
  readonly #parts: FollowerParts;
  readonly #stopped = new AbortController();
  readonly #running: Promise<unknown>;
  #wake: () => void = () => {};

  constructor(parts: FollowerParts) {
    this.#parts = parts;
    this.#running = Promise.all([this.#poll(), this.#listen()]);
  }

  /** Asks for the size at once. */
  ask(): void {
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#wake();
    await this.#running;
  }

  async #poll(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      // Made before asking, so that growth while asking is asked about again.
      const woken = Promise.withResolvers<void>();
      this.#wake = woken.resolve;
      try {
        this.#parts.onSize(await this.#parts.readSize());
      } catch {
        // The database is away: whoever reads or appends is told so, following only has to go on.
      }
      if (this.#stopped.signal.aborted) return;
      const timer = setTimeout(woken.resolve, this.#parts.pollMs);
      await woken.promise;
      clearTimeout(timer);
    }
  }

  async #listen(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      await this.#listenOnce();
      await delay(RECONNECT_MS, undefined, { signal: this.#stopped.signal }).catch(() => {});
    }
  }

  async #listenOnce(): Promise<void> {
    const client = this.#parts.makeClient();
    const over = Promise.withResolvers<void>();
    client.on('error', () => over.resolve());
    client.on('end', () => over.resolve());
    // Anyone who may connect may notify, so what it says is not believed: it only makes us ask.
    client.on('notification', () => this.#wake());
    const { signal } = this.#stopped;
    const stop = () => over.resolve();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await client.connect();
      await client.query(`LISTEN ${GROWTH_CHANNEL}`);
      this.#wake();
      await over.promise;
    } catch {
      // Polling goes on meanwhile.
    } finally {
      // A database that is away for a day is asked 300,000 times.
      signal.removeEventListener('abort', stop);
      await client.end().catch(() => {});
    }
  }
}
