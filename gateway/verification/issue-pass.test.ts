import { expect, test } from 'vitest';
import { sampleReply } from '../../adapters/sample-manifest.fixture.ts';
import { secondOf } from '../../schemas/clocks.ts';
import { NATIONAL_MAX_AGE_S } from '../../schemas/max-age.ts';
import { groundEndsS } from './issue-pass.ts';

const AS_OF = '2026-06-01T08:00:00+08:00';
const at = (afterS: number) => new Date((secondOf(AS_OF) + afterS) * 1000).toISOString();
const HOUR_S = 3_600;

test.each([
  ['its province’s green', 2 * HOUR_S, 3 * HOUR_S, 2 * HOUR_S],
  ['a green that its province sets no limit to', null, NATIONAL_MAX_AGE_S + HOUR_S, NATIONAL_MAX_AGE_S],
  ['its mandate', 2 * HOUR_S, HOUR_S, HOUR_S],
])('a pass outlives %s', (_what, greenS, mandateS, endsS) => {
  const validity = greenS === null ? [] : [{ status: 'green', max_age_s: greenS }];
  const manifest = sampleReply({ validity });
  expect(groundEndsS({ valid_until: at(mandateS) }, manifest, AS_OF)).toBe(secondOf(AS_OF) + endsS);
});
