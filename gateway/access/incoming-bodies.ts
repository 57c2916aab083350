import { ProblemError } from '../problem-error.ts';
import { Shares } from './shares.ts';

/** Bodies on their way in of clients that are known may take this much memory, in bytes. */
export const MOST_INCOMING_BYTES = 256 * 1_048_576;
/**
 * The same of all strangers together. They are counted apart: whoever has many addresses has as many shares, and must not
 * use up what bodies of venues and gateways may take.
 */
export const MOST_STRANGERS_BYTES = 128 * 1_048_576;
/** Of it, what one client may take. */
const SHARE_OF_ONE = 0.25;

/**
 * Memory that bodies take before they are whole. They are not load yet: whoever sends half a body and waits must not turn
 * others away, and may use up its own share alone.
 */
export class IncomingBodies {
  readonly #bytes = new Shares();
  readonly #most: number;

  /** `most`: what all clients together may take, in bytes. */
  constructor(most = MOST_INCOMING_BYTES) {
    this.#most = most;
  }

  /** Runs the reading of a body of at most `bytes`. Rejects with ProblemError `unavailable` where the client's share is used up. */
  receive<T>(client: string, bytes: number, read: () => Promise<T>): Promise<T> {
    this.#bytes.add(client, bytes);
    const over = () => this.#bytes.add(client, -bytes);
    const reading = this.#hasRoomFor(client) ? read() : Promise.reject(tooMany());
    reading.then(over, over);
    return reading;
  }

  /** Beyond the limit for all only whoever has less than others, and nobody beyond twice the limit. */
  #hasRoomFor(client: string): boolean {
    if (this.#bytes.of(client) > this.#most * SHARE_OF_ONE) return false;
    if (this.#bytes.total <= this.#most) return true;
    return this.#bytes.total <= 2 * this.#most && this.#bytes.weightOf(client) < 1;
  }
}

function tooMany(): ProblemError {
  return new ProblemError('unavailable', 'too many bodies are on their way at once', { 'retry-after': '2' });
}
