import { setTimeout as delay } from 'node:timers/promises';
import type { ComparisonOutcome } from './compare-logs.ts';
import type { LogSource } from './log-source.ts';

/** A round begins at least this often. A registry that shows two histories is found by both sides within it. */
export const COMPARE_EVERY_MS = 10_000;
/** More peers than this are asked in turns: their number must not grow with the country's. */
export const MOST_A_ROUND = 16;
const ANSWERS_WITHIN_MS = 3_000;

interface Parts {
  /** Where other followers are now; see `peerOrigins`. */
  readonly peers: () => readonly string[];
  /** A peer's log over the guarded network. */
  readonly sourceOf: (origin: string) => LogSource;
  readonly compare: (source: LogSource, withinMs: number) => Promise<ComparisonOutcome | null>;
  readonly onOutcome: (outcome: ComparisonOutcome) => void;
  readonly everyMs?: number;
}

/**
 * Compares the log that is followed here with the one that others follow, in rounds. Each follower by itself sees a
 * history that only grows; that a registry shows another one elsewhere is seen by nobody who does not ask there.
 */
export class LogComparisons {
  readonly #parts: Parts;
  readonly #stopped = new AbortController();
  readonly #running: Promise<void>;
  /** Those whose turn it is next. */
  #waiting: readonly string[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#running = this.#go();
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #go(): Promise<void> {
    const { everyMs = COMPARE_EVERY_MS } = this.#parts;
    const { signal } = this.#stopped;
    for (let tookMs = 0; ; ) {
      // Nodes that were started together do not ask together.
      const pauseMs = everyMs * (0.5 + Math.random() / 2) - tookMs;
      await delay(Math.max(0, pauseMs), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const startedMs = performance.now();
      await Promise.all(this.#nextRound().map((origin) => this.#compareWith(origin)));
      tookMs = performance.now() - startedMs;
    }
  }

  async #compareWith(origin: string): Promise<void> {
    const { sourceOf, compare, onOutcome } = this.#parts;
    // Our own store that cannot be read is told elsewhere, and says nothing about the peer.
    const outcome = await compare(sourceOf(origin), ANSWERS_WITHIN_MS).catch(() => null);
    if (outcome !== null && !this.#stopped.signal.aborted) onOutcome(outcome);
  }

  /** Everybody gets a turn before anybody gets another one, in an order that nobody can know. */
  #nextRound(): readonly string[] {
    const peers = this.#parts.peers();
    const waiting = this.#waiting.filter((one) => peers.includes(one));
    const order = [...waiting, ...shuffled(peers.filter((one) => !waiting.includes(one)))];
    this.#waiting = order.slice(MOST_A_ROUND);
    return order.slice(0, MOST_A_ROUND);
  }
}

function shuffled(peers: readonly string[]): string[] {
  const keyed = peers.map((peer) => ({ peer, key: Math.random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ peer }) => peer);
}
