import { ProblemError } from '../problem-error.ts';
import { Shares } from './shares.ts';

/** Bodies on their way in may take this much memory, in bytes. */
export const MOST_INCOMING_BYTES = 256 * 1_048_576;
/** Of it, what one client may take. */
const SHARE_OF_ONE = 0.25;

/**
 * Memory that bodies take before they are whole. They are not load yet: whoever sends half a body and waits must not turn
 * others away, and may use up its own share alone.
 */
export class IncomingBodies {
  readonly #bytes = new Shares();

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
    if (this.#bytes.of(client) > MOST_INCOMING_BYTES * SHARE_OF_ONE) return false;
    if (this.#bytes.total <= MOST_INCOMING_BYTES) return true;
    return this.#bytes.total <= 2 * MOST_INCOMING_BYTES && this.#bytes.weightOf(client) < 1;
  }
}

function tooMany(): ProblemError {
  return new ProblemError('unavailable', 'too many bodies are on their way at once', { 'retry-after': '2' });
}
