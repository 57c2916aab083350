import { expect, test } from 'vitest';
import { TRAVELLER_REFERRED_TEXTS } from './pass.ts';

test.each([
  'unsubstantiated',
  'origin_contradicts',
  'unmapped_value',
  'as_of_impossible',
  'no_national_meaning',
] as const)('somebody of whom a province says what waiting does not change (%s) is to try again', (reason) => {
  const { zh, en } = TRAVELLER_REFERRED_TEXTS[reason];
  expect([zh, en]).toEqual([expect.stringContaining('申诉'), expect.stringContaining('appeal')]);
  expect(`${zh} ${en}`).not.toMatch(/稍后|try again/);
});

test.each([
  'issuer_unavailable',
  'issuer_reply_invalid',
] as const)('somebody whose province cannot be asked now (%s) is to appeal', (reason) => {
  expect(TRAVELLER_REFERRED_TEXTS[reason]).toBeNull();
});
