import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BoundedLines } from './bounded-lines.ts';

const BOUNDS = { most: 4, maxBytes: 16 };

function read(text: string, size = 5): string[] | string {
  const lines: string[] = [];
  const bytes = new TextEncoder().encode(text);
  try {
    const reader = new BoundedLines(BOUNDS, (line) => lines.push(line));
    for (let at = 0; at < bytes.length; at += size) reader.take(bytes.subarray(at, at + size));
    reader.end();
    return lines;
  } catch (error) {
    return String(error instanceof Error && 'code' in error ? error.code : error);
  }
}

describe('lines of a reply', () => {
  test('are others where they come in other chunks', () => {
    const line = fc.string({ maxLength: 4, unit: 'grapheme' }).filter((text) => !text.includes('\n'));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), fc.integer({ min: 1, max: 40 }), (lines, size) => {
        fc.pre(lines.every((text) => Buffer.byteLength(text) <= BOUNDS.maxBytes));
        const [whole, parts] = [100, size].map((each) => read(lines.map((text) => `${text}\n`).join(''), each));
        expect(parts).toEqual(whole);
        expect(whole).toEqual(lines.map((text) => text.toWellFormed()));
      }),
    );
  });

  test.each<[string, string, string]>([
    ['that are too many', 'a\n'.repeat(5), 'malformed'],
    ['the last of which breaks off', 'a\nb', 'malformed'],
    ['one of which is too long', `a\n${'b'.repeat(17)}\n`, 'oversize'],
    ['one of which never ends', `a\n${'b'.repeat(1_000)}`, 'oversize'],
  ])('%s are read', (_what, text, code) => {
    for (const size of [1, 5, 2_000]) expect(read(text, size)).toBe(code);
  });
});
