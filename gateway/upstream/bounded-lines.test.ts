import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eachLine } from './bounded-lines.ts';

const BOUNDS = { most: 4, maxBytes: 16 };

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, size = 5): Promise<string[] | string> {
  const lines: string[] = [];
  try {
    await eachLine(inChunks(new TextEncoder().encode(text), size), BOUNDS, (line) => lines.push(line));
    return lines;
  } catch (error) {
    return String(error instanceof Error && 'code' in error ? error.code : error);
  }
}

describe('lines of a reply', () => {
  test('are others where they come in other chunks', async () => {
    const line = fc.string({ maxLength: 4, unit: 'grapheme' }).filter((text) => !text.includes('\n'));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 4 }), fc.integer({ min: 1, max: 40 }), async (lines, size) => {
        fc.pre(lines.every((text) => Buffer.byteLength(text) <= BOUNDS.maxBytes));
        const [whole, parts] = await Promise.all(
          [100, size].map((each) => read(lines.map((text) => `${text}\n`).join(''), each)),
        );
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
  ])('%s are read', async (_what, text, code) => {
    for (const size of [1, 5, 2_000]) expect(await read(text, size)).toBe(code);
  });
});
