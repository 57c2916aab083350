import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GatheredBytes, readBytesUpTo, readTextUpTo } from './bounded-bytes.ts';

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

describe('gathered bytes', () => {
  test('are others than those that came, more than allowed, or written over what somebody else holds', () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 20 });
    fc.assert(
      fc.property(pieces, fc.nat(80), (given, most) => {
        const before = given.map((piece) => Buffer.from(piece));
        const gathered = new GatheredBytes(most);
        const taken = given.filter((piece) => gathered.add(piece));
        expect(Buffer.from(gathered.whole())).toEqual(Buffer.concat(taken));
        expect(gathered.whole().byteLength).toBeLessThanOrEqual(most);
        expect(given.map((piece) => Buffer.from(piece))).toEqual(before);
      }),
    );
  });

  test('of one byte a piece take many times the memory that they fill', () => {
    const most = 262_144;
    const gathered = new GatheredBytes(most);
    for (let at = 0; at < most; at += 1) gathered.add(new Uint8Array(1));
    expect(gathered.whole().buffer.byteLength).toBeLessThanOrEqual(most);
    const few = new GatheredBytes(most);
    for (let at = 0; at < 1_000; at += 1) few.add(new Uint8Array(1));
    expect(few.whole().buffer.byteLength).toBeLessThanOrEqual(2_000);
  });
});
