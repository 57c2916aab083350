import { expect, test } from 'vitest';
import { retryAfterSOf } from './retry-after.ts';

test.each([
  ['7', 7],
  ['0', 0],
  ['3600', 3_600],
  ['3601', 3_600],
  ['9'.repeat(400), 3_600],
  ['', null],
  ['1.5', null],
  ['-3', null],
  ['1e3', null],
  ['0x10', null],
  ['7, 9', null],
  ['Infinity', null],
  ['Wed, 21 Oct 2026 07:28:00 GMT', null],
])('a venue is kept away by a Retry-After of "%s", or comes back too soon', (header, afterS) => {
  expect(retryAfterSOf({ headers: new Headers({ 'retry-after': header }) })).toBe(afterS);
});

test('a reply without a Retry-After has one', () => {
  expect(retryAfterSOf({ headers: new Headers() })).toBe(null);
});
