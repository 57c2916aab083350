import { expect, test } from 'vitest';
import { SCAN_TEXTS, SIGN_IN_OTHERWISE_TEXTS } from './scan.ts';

test('a venue of the sandbox is chosen by another name than the button has', () => {
  const { zh, en } = SCAN_TEXTS.choose_venue;
  const [, next = ''] = SIGN_IN_OTHERWISE_TEXTS.sandbox.en.split('; ');
  expect([SIGN_IN_OTHERWISE_TEXTS.sandbox.zh, next]).toEqual([
    expect.stringContaining(zh),
    expect.stringContaining(en.toLowerCase()),
  ]);
});
