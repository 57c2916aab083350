import { expect, test } from 'vitest';
import { PROBLEMS } from '../problem.ts';
import {
  LAST_RESORT_TEXT,
  OPERATOR_NEXT_TEXTS,
  SIGN_IN_OTHERWISE_TEXTS,
  tryAgainText,
  withRetryAfter,
} from './door-next.ts';
import { SCAN_CERTIFICATE_TEXTS, SCAN_TEXTS } from './scan.ts';
import { SCAN_PROBLEM_TEXTS } from './scan-problems.ts';

test.each(['zh', 'en'] as const)('in %s the number of a request has two names on one screen', (language) => {
  expect(PROBLEMS.internal.next[language]).toContain(SCAN_TEXTS.request_id[language]);
});

test.each([
  [7, '不得据此拒绝；请在\u00a07\u00a0秒后重试，或转人工核实', 'try again in 7\u00a0s, or have'],
  [0, '不得据此拒绝；请稍后重试，或转人工核实', 'try again in a moment, or have'],
  [null, '不得据此拒绝；请稍后重试，或转人工核实', 'try again in a moment, or have'],
])('a door that is to ask again in %s s is told another time', (afterS, zh, en) => {
  expect(tryAgainText(afterS)).toEqual({ zh, en: expect.stringContaining(en) });
});

test.each([
  'rate_limited',
  'unavailable',
  'unknown_codes_excessive',
] as const)('%s sends to a header that nobody sees', (code) => {
  const { zh, en } = withRetryAfter(PROBLEMS[code].next, 90);
  expect([zh, en]).toEqual([
    expect.stringContaining('Retry-After（90\u00a0秒）所示'),
    expect.stringContaining('Retry-After (90\u00a0s)'),
  ]);
});

test('a venue of the sandbox is chosen by another name than the button has', () => {
  const { zh, en } = SCAN_TEXTS.choose_venue;
  const [, next = ''] = SIGN_IN_OTHERWISE_TEXTS.sandbox.en.split('; ');
  expect([SIGN_IN_OTHERWISE_TEXTS.sandbox.zh, next]).toEqual([
    expect.stringContaining(zh),
    expect.stringContaining(en.toLowerCase()),
  ]);
});

test.each([
  ['a pass that does not count', SCAN_PROBLEM_TEXTS.pass_elsewhere.next],
  ['a certificate that does not count', SCAN_CERTIFICATE_TEXTS.refused],
  ['a code that cannot be read', LAST_RESORT_TEXT],
])('somebody with %s is turned away in one of the two languages', (_case, { zh, en }) => {
  expect([zh, en]).toEqual([expect.stringContaining('据此拒绝'), expect.stringMatching(/turn (the person )?away/)]);
});

test.each(
  Object.entries(OPERATOR_NEXT_TEXTS),
)('an operator is sent by %s to what a page does not show', (_code, said) => {
  expect(said.en).not.toMatch(/reason,|manifest|cannot tell/);
  expect(said.zh).not.toMatch(/reason|清单|无法查验|无法判定/);
});
