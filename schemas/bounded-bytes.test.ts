import { describe, expect, test } from 'vitest';
import { readBytesUpTo, readTextUpTo } from './bounded-bytes.ts';

async function* inChunks(...chunks: readonly string[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const chunk of chunks) yield Buffer.from(chunk, 'latin1');
}

describe('a bounded read', () => {
  test('a byte more than allowed is read', async () => {
    expect(await readTextUpTo(inChunks('ab', 'cd'), 4)).toBe('abcd');
    expect(await readTextUpTo(inChunks('ab', 'cde'), 4)).toBeNull();
  });

  test('a stream is read on past the limit', async () => {
    let drawn = 0;
    async function* endless(): AsyncGenerator<Uint8Array, void, undefined> {
      for (;;) {
        drawn += 1;
        yield new Uint8Array(10);
      }
    }
    expect(await readBytesUpTo(endless(), 35)).toBeNull();
    expect(drawn).toBe(4);
  });

  test('a character in two chunks is broken, or a byte order mark is lost', async () => {
    expect(await readTextUpTo(inChunks('\xef\xbb\xbf\xe7', '\xbb', '\xbf'), 6)).toBe('\ufeff\u7eff');
  });

  test('no body at all is not empty', async () => {
    expect(await readTextUpTo(null, 0)).toBe('');
  });
});
