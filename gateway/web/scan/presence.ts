/** A code that was out of view for this long was taken away and is shown anew. */
const GONE_MS = 2_000;

/** Tells a code that is held before the camera from one that comes into view. */
export class Presence {
  #text: string | null = null;
  #seenMs = Number.NEGATIVE_INFINITY;

  /** Whether a code just came into view; `nowMs` by any clock that does not go back. */
  isNew(text: string, nowMs: number): boolean {
    const isHeld = text === this.#text && nowMs - this.#seenMs < GONE_MS;
    this.#text = text;
    this.#seenMs = nowMs;
    return !isHeld;
  }
}
