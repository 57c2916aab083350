import type { Policy } from '../../schemas/policy.ts';

/**
 * The national minimum and maximum at once: what every destination does unless it published an exception. After the
 * 2020-12 notice ("one standard, recognised nationally") and the practice of 2021-03: a green in date passes.
 * A stale green inside its grace passes; a stale or outdated non-green is referred (see `mayRestrict`).
 * No colour stands for ever: where its province publishes no limit, NATIONAL_MAX_AGE_S is one (`ageBandOf`).
 * A yellow with a limited-movement permission (Guangxi) is referred: no table can read its hours.
 */
export const NATIONAL_BASELINE: Policy = {
  id: 'national-baseline',
  destination: '000000',
  version: '1.0.0',
  title: { zh: '国家互认基准', en: 'National baseline of mutual recognition' },
  effective_from: '2020-12-10T00:00:00+08:00',
  rows: [
    { when: { status: ['yellow', 'red'], provenance: ['none'] }, decision: 'refer' },
    { when: { status: ['yellow', 'red'], stale: [true] }, decision: 'refer', reason: 'stale_used' },
    { when: { status: ['yellow', 'red'], age_band: ['too_old'] }, decision: 'refer', reason: 'too_old' },
    {
      when: { status: ['yellow'], limited_movement: [true] },
      decision: 'refer',
      reason: 'no_national_meaning',
    },
    { when: { status: ['yellow', 'red'] }, decision: 'restrict' },
    { when: { age_band: ['too_old'] }, decision: 'refer', reason: 'too_old' },
    { when: { popup: [true] }, decision: 'refer', reason: 'popup' },
    { when: {}, decision: 'pass' },
  ],
};
