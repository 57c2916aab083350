import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LogError } from './log-error.ts';
import {
  bundleRange,
  decodeBundle,
  encodeBundle,
  parseTilePath,
  type TileAddress,
  tileIsComplete,
  tileNodes,
  tilePath,
} from './tiles.ts';

const indexes = fc.maxSafeNat();
const widths = fc.integer({ min: 1, max: 256 });
const tiles: fc.Arbitrary<TileAddress> = fc.oneof(
  fc.record({
    kind: fc.constant('hashes' as const),
    level: fc.integer({ min: 0, max: 63 }),
    index: indexes,
    width: widths,
  }),
  fc.record({ kind: fc.constant('entries' as const), index: indexes, width: widths }),
);

describe('tile paths', () => {
  test('a path is not spelled as C2SP tlog-tiles says', () => {
    expect(tilePath({ kind: 'hashes', level: 0, index: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067');
    expect(tilePath({ kind: 'entries', index: 273, width: 112 })).toBe('tile/entries/273.p/112');
    expect(tilePath({ kind: 'hashes', level: 2, index: 0, width: 1 })).toBe('tile/2/000.p/1');
    expect(tilePath({ kind: 'hashes', level: 63, index: 1000, width: 256 })).toBe('tile/63/x001/000');
  });

  test('a path does not lead back to its tile', () => {
    fc.assert(
      fc.property(tiles, (tile) => {
        expect(parseTilePath(tilePath(tile))).toEqual(tile);
      }),
    );
  });

  test('a second spelling of a tile is accepted', () => {
    const wrong = [
      '',
      'tile',
      'tile/0',
      'tile/0/',
      'tile/0/0',
      'tile/0/00',
      'tile/0/0000',
      'tile/00/000',
      'tile/64/000',
      'tile/-1/000',
      'tile/0/x000/000',
      'tile/0/001/000',
      'tile/0/x001',
      'tile/0/X001/000',
      'tile/0/000.p/0',
      'tile/0/000.p/256',
      'tile/0/000.p/01',
      'tile/0/000.p/',
      'tile/0/000.p',
      'tile/0/000/',
      '/tile/0/000',
      'tile/entries/0',
      'tile/entry/000',
      'tile/0/000.p/1.p/1',
      'tile/0/../000',
      'tile/0/٠٠٠',
      'tile/0/000\n',
      'tile/0/x999/x999/x999/x999/x999/999',
      `tile/0/${'x001/'.repeat(50)}000`,
    ];
    for (const path of wrong) expect(parseTilePath(path), path).toBeUndefined();
  });
});

describe('tile contents', () => {
  test('the example of 70,000 entries has other tiles than the specification says', () => {
    const complete = (level: number, index: number, width: number) =>
      tileIsComplete({ kind: 'hashes', level, index, width }, 70_000);
    expect([complete(0, 272, 256), complete(0, 273, 112), complete(0, 273, 113)]).toEqual([true, true, false]);
    expect([complete(1, 0, 256), complete(1, 1, 17), complete(1, 1, 18)]).toEqual([true, true, false]);
    expect([complete(2, 0, 1), complete(2, 0, 2), complete(3, 0, 1), complete(63, 0, 1)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(tileIsComplete({ kind: 'entries', index: 273, width: 112 }, 70_000)).toBe(true);
    expect(tileIsComplete({ kind: 'entries', index: 273, width: 256 }, 70_000)).toBe(false);
  });

  test('a tile is made of the wrong subtrees or entries', () => {
    const nodes = tileNodes({ kind: 'hashes', level: 1, index: 1, width: 2 });
    expect(nodes).toEqual([
      { level: 8, index: 256 },
      { level: 8, index: 257 },
    ]);
    expect(bundleRange({ kind: 'entries', index: 2, width: 3 })).toEqual({ from: 512, to: 515 });
  });

  test('a bundle does not give its entries back', () => {
    const entries = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 256 });
    fc.assert(
      fc.property(entries, (list) => {
        expect(decodeBundle(encodeBundle(list))).toEqual(list);
      }),
      { numRuns: 30 },
    );
    const largest = new Uint8Array(65_535).fill(7);
    expect(encodeBundle([largest]).slice(0, 3)).toEqual(Uint8Array.of(0xff, 0xff, 7));
    expect(decodeBundle(encodeBundle([largest]))).toEqual([largest]);
  });

  test('an entry too long for its length prefix is encoded', () => {
    expect(() => encodeBundle([new Uint8Array(65_536)])).toThrow(LogError);
  });

  test('a bundle cut anywhere inside an entry, or of 257 entries, is read', () => {
    const bundle = encodeBundle([Uint8Array.of(1, 2, 3), Uint8Array.of(4)]);
    for (const length of [1, 2, 4, 6, 7])
      expect(() => decodeBundle(bundle.slice(0, length)), `${length}`).toThrow(LogError);
    expect(() => decodeBundle(new Uint8Array(2 * 257))).toThrow(LogError);
  });
});
