import { LRUCache } from 'lru-cache';

const MAX_NONCES = 100_000;
/** Longer than a timestamp is accepted, forward and back, so that a nonce cannot outlive its memory by waiting. */
const REMEMBERED_MS = 11 * 60_000;

/** Nonces and signatures seen. Bounded: under a flood the oldest are forgotten, which a sandbox may do. */
export class NonceBook {
  readonly #seen = new LRUCache<string, true>({ max: MAX_NONCES, ttl: REMEMBERED_MS });

  /** True the first time a value is shown. */
  useOnce(value: string): boolean {
    if (this.#seen.has(value)) return false;
    this.#seen.set(value, true);
    return true;
  }
}
