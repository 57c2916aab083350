import { describe, expect, test } from 'vitest';
import { ageText } from './answer.ts';

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
