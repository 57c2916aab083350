import { expect, test } from 'vitest';
import { adapterIdIn, adapterPlaceOf } from './adapter-id.ts';

test.each([
  ['no province', '000001'],
  ['a division of another province', '440000/410100'],
  ['the province itself as its division', '440000/440000'],
  ['a division alone', '440300'],
  ['no division', '440000/'],
  ['more than a division', '440000/440300/440305'],
  ['letters', '440000/44030x'],
])('%s names a system', (_what, text) => {
  expect(adapterIdIn(text)).toBeNull();
});

test('a system is not told apart by its id', () => {
  const ids = ['440000', '440000/440300', '440000/440305'].map(adapterIdIn);
  expect(ids.map((id) => id === null || adapterPlaceOf(id))).toEqual([
    { province: '440000' },
    { province: '440000', division: '440300' },
    { province: '440000', division: '440305' },
  ]);
});
