import { describe, expect, test } from 'vitest';
import { ABROAD } from '../code-lists/index.ts';
import { ageText, noPhoneText } from './answer.ts';

describe('an age', () => {
  test.each([
    [0, '0 秒', '0 s'],
    [59, '59 秒', '59 s'],
    [60, '1 分钟', '1 min'],
    [111, '1 分钟', '1 min'],
    [7_199, '119 分钟', '119 min'],
    [7_200, '2 小时', '2 h'],
    [172_799, '47 小时', '47 h'],
    [172_800, '2 天', '2 days'],
  ])('of %s s is counted in a unit that nobody speaks in', (ageS, zh, en) => {
    expect(ageText(ageS)).toEqual({ zh, en });
  });
});

describe('somebody without a phone', () => {
  const answer = { decision: 'refer', issuer_province: '410000', reasons: ['no_national_meaning'] } as const;
  const en = (over: Partial<Parameters<typeof noPhoneText>[0]> = {}) => noPhoneText({ ...answer, ...over })?.en;

  test('is told of nothing where nobody can tell', () => {
    expect(en()).toMatch(/^a paper pass will do, or staff/);
  });

  test('is told that a paper undoes a status that is known', () => {
    expect([en({ decision: 'restrict', reasons: ['red_ground'] }), en({ decision: 'pass' })]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('is told of a paper beside the certificate that was shown', () => {
    expect(en({ issuer_province: ABROAD })).toBeUndefined();
  });

  test('is told that staff look up what the province does not answer', () => {
    expect(en({ reasons: ['issuer_unavailable'] })).toBe('a paper pass will do');
  });
});
