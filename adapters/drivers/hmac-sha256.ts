import { createHmac, hash } from 'node:crypto';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const [INNER_PAD, OUTER_PAD] = [0x36, 0x5c];
const MOST_UTF8_A_LETTER = 3;

/** Where keys and texts are laid out, and wiped again: nothing of a key or of a code outlives the question. */
const inner = Buffer.alloc(BLOCK_BYTES + 4_096);
const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES);

/**
 * HMAC-SHA-256 (RFC 2104) of a text under a key, both in UTF-8, in hex. By its two digests: node's own makes a stream that
 * has to be collected again, which costs as much as both.
 */
export function hmacSha256(key: string, text: string): string {
  const isShort = key.length * MOST_UTF8_A_LETTER <= BLOCK_BYTES;
  if (!isShort || text.length * MOST_UTF8_A_LETTER > inner.length - BLOCK_BYTES) {
    return createHmac('sha256', key).update(text).digest('hex');
  }
  layKey(inner, key, INNER_PAD);
  const end = BLOCK_BYTES + inner.write(text, BLOCK_BYTES);
  layKey(outer, key, OUTER_PAD);
  outer.write(hash('sha256', inner.subarray(0, end), 'latin1'), BLOCK_BYTES, 'latin1');
  const digest = hash('sha256', outer, 'hex');
  inner.fill(0, 0, end);
  outer.fill(0, 0, BLOCK_BYTES);
  return digest;
}

function layKey(block: Buffer, key: string, pad: number): void {
  const length = block.write(key);
  for (let at = 0; at < length; at += 1) block[at] = (block[at] ?? 0) ^ pad;
  block.fill(pad, length, BLOCK_BYTES);
}
