const MAX_NONCES = 50_000;
/** Longer than a timestamp is accepted, forward and back, so that a nonce cannot outlive its memory by waiting. */
const REMEMBERED_MS = 11 * 60_000;

/**
 * Nonces seen, in two generations: the older one goes when the newer is full or old enough. Bounded, so under a flood a
 * nonce may be forgotten early, which a sandbox may do.
 */
export class NonceBook {
  #newer = new Set<string>();
  #older = new Set<string>();
  #turnedMs: number;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#turnedMs = nowMs();
  }

  /** True the first time a value is shown. */
  useOnce(value: string): boolean {
    if (this.#newer.size >= MAX_NONCES || this.#nowMs() - this.#turnedMs > REMEMBERED_MS) this.#turn();
    if (this.#newer.has(value) || this.#older.has(value)) return false;
    this.#newer.add(value);
    return true;
  }

  #turn(): void {
    this.#older = this.#newer;
    this.#newer = new Set();
    this.#turnedMs = this.#nowMs();
  }
}
