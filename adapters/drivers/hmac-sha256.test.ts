import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { hmacSha256 } from './hmac-sha256.ts';

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 70 }),
  // As long as what is laid out in one place, and longer.
  fc
    .tuple(fc.constantFrom('a', 'é', '字'), fc.integer({ min: 1_360, max: 1_370 }))
    .map(([letter, n]) => letter.repeat(n)),
);
const keys = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 24 }),
  fc.tuple(fc.constantFrom('k', '钥'), fc.integer({ min: 19, max: 66 })).map(([letter, n]) => letter.repeat(n)),
);

test('a digest by two is another one than the library’s, or has something of the question before', () => {
  fc.assert(
    fc.property(keys, texts, (key, text) => {
      expect(hmacSha256(key, text)).toBe(createHmac('sha256', key).update(text).digest('hex'));
    }),
    { numRuns: 1_000 },
  );
});

test('a key or a code lies in memory once its digest is made', () => {
  const fill = vi.spyOn(Buffer.prototype, 'fill');
  onTestFinished(() => fill.mockRestore());
  hmacSha256('k'.repeat(20), 'c'.repeat(1_000));
  const blocks = [...new Set(fill.mock.contexts)].map((block) => [...block]);
  const [inner = [1], outer = [1]] = blocks.toSorted((one, other) => other.length - one.length);
  expect([blocks.length, inner.some((octet) => octet !== 0)]).toEqual([2, false]);
  // What stands behind the key is a digest.
  expect(outer.slice(0, 64).some((octet) => octet !== 0)).toBe(false);
});
