import { describe, expect, test } from 'vitest';
import { NonceBook } from './nonce-book.ts';

describe('nonces', () => {
  test('one is good once, also after the generations turned', () => {
    let nowMs = 0;
    const book = new NonceBook(() => nowMs);
    expect(book.useOnce('a')).toBe(true);
    expect(book.useOnce('a')).toBe(false);
    nowMs = 12 * 60_000;
    expect(book.useOnce('a')).toBe(false);
    nowMs = 24 * 60_000;
    expect(book.useOnce('a')).toBe(true);
  });

  test('a flood forgets the oldest and not the latest', () => {
    const book = new NonceBook(() => 0);
    for (let turn = 0; turn < 100_001; turn += 1) book.useOnce(`n${turn}`);
    expect(book.useOnce('n100000')).toBe(false);
    expect(book.useOnce('n60000')).toBe(false);
    expect(book.useOnce('n0')).toBe(true);
  });
});
