import { expect, test } from 'vitest';
import { measureCache } from './growth-cache.ts';

const MOST_BYTES = 1_200;
const MOST_LEFT_BYTES = 100;

test('a remembered answer takes more memory than is planned for, or leaves some of it behind', async () => {
  const figures = Object.entries(await measureCache(4_000));
  for (const [kind, { bytes_an_entry, left_when_forgotten }] of figures) {
    expect([kind, bytes_an_entry <= MOST_BYTES, bytes_an_entry]).toEqual([kind, true, expect.any(Number)]);
    expect([kind, left_when_forgotten <= MOST_LEFT_BYTES, left_when_forgotten]).toEqual([
      kind,
      true,
      expect.any(Number),
    ]);
  }
});
