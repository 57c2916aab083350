import { expect, test } from 'vitest';
import { randomBase64url, randomHex } from './random-pool.ts';

test('a nonce comes again, is the wiped rest of a block, or is shorter than asked', () => {
  const seen = new Set<string>();
  // More than several blocks, in pieces that do not divide one.
  for (let n = 0; n < 2_000; n += 1) {
    const nonce = n % 2 === 0 ? randomHex(16) : Buffer.from(randomBase64url(24), 'base64url').toString('hex');
    expect(nonce).toHaveLength(n % 2 === 0 ? 32 : 48);
    expect(nonce).not.toMatch(/^0{12}|0{12}$/);
    seen.add(nonce.slice(0, 24));
  }
  expect(seen.size).toBe(2_000);
});
