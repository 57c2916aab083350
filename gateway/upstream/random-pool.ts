import { randomFillSync } from 'node:crypto';

/** What one call of the system's source gives: a call for each nonce costs several times as much as the nonce. */
const BLOCK_BYTES = 4_096;

/** Random octets by the block. What was handed out is wiped here, so that nothing in memory tells of it and nobody gets it twice. */
class RandomPool {
  readonly #block = Buffer.alloc(BLOCK_BYTES);
  #at = BLOCK_BYTES;

  take(bytes: number, encoding: 'hex' | 'base64url'): string {
    if (this.#at + bytes > BLOCK_BYTES) this.#refill();
    const end = this.#at + bytes;
    const text = this.#block.toString(encoding, this.#at, end);
    this.#block.fill(0, this.#at, end);
    this.#at = end;
    return text;
  }

  #refill(): void {
    randomFillSync(this.#block);
    this.#at = 0;
  }
}

const POOL = new RandomPool();

/** So many fresh random octets, at most a block of them, in hex. */
export function randomHex(bytes: number): string {
  return POOL.take(bytes, 'hex');
}

/** The same in base64url. */
export function randomBase64url(bytes: number): string {
  return POOL.take(bytes, 'base64url');
}
