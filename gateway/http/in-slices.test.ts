import { expect, test } from 'vitest';
import { listInSlices } from './in-slices.ts';

test('a long list keeps everybody else waiting until all of it is written, or lacks a part', async () => {
  let turns = 0;
  const turn = () => {
    turns += 1;
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  const items = Array.from({ length: 1_001 }, (_, at) => at);
  const text = await listInSlices(items, String);
  clearImmediate(next);
  expect(JSON.parse(text)).toEqual(items);
  expect(turns).toBeGreaterThan(2);
  expect(await listInSlices([], String)).toBe('[]');
});
