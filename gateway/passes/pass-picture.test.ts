import { expect, test } from 'vitest';
import { MAX_PASS_LENGTH } from '../trust/recognition-pass.ts';
import { passPicture, pathOf } from './pass-picture.ts';

/** As base64url is: nothing in it is packed more tightly than in octets. */
const textOf = (length: number) => 'aB0-_.'.repeat(length).slice(0, length);

test('the longest pass has no room in version 25, or a longer one is drawn more densely', () => {
  expect(passPicture(textOf(MAX_PASS_LENGTH)).size).toBe(117);
  expect(() => passPicture(textOf(MAX_PASS_LENGTH + 1))).toThrow();
});

test('a path has other modules than the code', () => {
  const picture = passPicture(textOf(40));
  const dark = new Set<string>();
  for (const [, x, y, width] of pathOf(picture).matchAll(/M(\d+) (\d+)h(\d+)v1H\d+z/g)) {
    for (let at = 0; at < Number(width); at += 1) dark.add(`${Number(x) + at} ${y}`);
  }
  const expected: string[] = [];
  for (let y = 0; y < picture.size; y += 1) {
    for (let x = 0; x < picture.size; x += 1) if (picture.isDark(x, y)) expected.push(`${x} ${y}`);
  }
  expect([...dark].sort()).toEqual(expected.sort());
});
