import { createHmac, hkdfSync, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;
const WINDOW_MS = 60_000;
/** How long a nonce is taken for, at most: this window, the one before, and the next by a clock that is ahead. */
export const NONCE_LIFE_MS = 3 * WINDOW_MS;

/**
 * The nonces that proofs of possession have to contain (RFC 9449 section 9): nobody can make a proof today that is good
 * tomorrow. Nothing is kept: a nonce is a keyed digest of its minute, so that all instances with one secret take each other's.
 */
export class ProofNonces {
  readonly #key: Buffer;
  readonly #nowMs: () => number;
  #current = { window: Number.NaN, nonce: '' };

  /** Null: a secret that lives as long as this process, which is then the only one that takes its nonces. */
  constructor(secret: string | null, nowMs: () => number) {
    const from = secret === null ? randomBytes(KEY_BYTES) : secret;
    this.#key = Buffer.from(hkdfSync('sha256', from, '', 'huren dpop nonce 1', KEY_BYTES));
    this.#nowMs = nowMs;
  }

  /** What a client has to use from now on. */
  current(): string {
    const window = this.#window();
    if (this.#current.window !== window) this.#current = { window, nonce: this.#nonceOf(window) };
    return this.#current.nonce;
  }

  isTaken(nonce: string): boolean {
    const window = this.#window();
    return nonce === this.current() || nonce === this.#nonceOf(window - 1) || nonce === this.#nonceOf(window + 1);
  }

  #window(): number {
    return Math.floor(this.#nowMs() / WINDOW_MS);
  }

  #nonceOf(window: number): string {
    return createHmac('sha256', this.#key).update(`${window}`).digest().subarray(0, 16).toString('base64url');
  }
}
