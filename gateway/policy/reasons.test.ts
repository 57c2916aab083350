import { describe, expect, test } from 'vitest';
import type { PolicyRow } from '../../schemas/policy.ts';
import type { Decision } from '../../schemas/status.ts';
import type { Cell } from './cells.ts';
import { reasonsFor } from './reasons.ts';

const GREEN: Cell = {
  venue_kind: 'airport',
  status: 'green',
  provenance: 'none',
  assurance: 'transport',
  stale: false,
  age_band: 'fresh',
  popup: false,
  limited_movement: false,
};
const RED: Cell = { ...GREEN, status: 'red', provenance: 'signed' };
const OLD = { age_band: 'too_old' } as const;
const POPUP = { popup: true } as const;
const STALE = { stale: true } as const;

type Told = readonly [what: string, cell: Cell, decision: Decision, row: PolicyRow['reason'], reasons: string[]];

describe('the reasons of a decision', () => {
  test.each<Told>([
    ['a row’s own reason', GREEN, 'refer', 'assurance_too_low', ['assurance_too_low']],
    ['a meaning that there is not', RED, 'refer', 'no_national_meaning', ['no_national_meaning']],
    ['an age that it has not', GREEN, 'refer', 'too_old', ['policy_exception']],
    ['the age that it has, once', { ...GREEN, ...OLD }, 'refer', 'too_old', ['too_old']],
    ['an earlier reply that it is not', GREEN, 'pass', 'stale_used', ['ok']],
    ['the earlier reply that it is, once', { ...GREEN, ...STALE }, 'pass', 'stale_used', ['stale_used']],
    ['a pop-up that nobody saw', GREEN, 'refer', 'popup', ['policy_exception']],
    ['a pop-up beside a red', { ...RED, ...POPUP }, 'restrict', 'popup', ['red_ground', 'popup']],
    ['a pop-up of a red, where no row says so', { ...RED, ...POPUP }, 'refer', undefined, ['policy_exception']],
    ['a reason of another decision', GREEN, 'pass', 'assurance_too_low', ['ok']],
    ['an age of what passes all the same', { ...GREEN, ...OLD }, 'pass', undefined, ['ok']],
    ['a row’s exception, where nothing is stricter', GREEN, 'pass', 'policy_exception', ['policy_exception']],
    [
      'a row’s reason over one that nobody substantiated',
      { ...RED, provenance: 'none' },
      'refer',
      'no_national_meaning',
      ['unsubstantiated'],
    ],
  ])('say or leave out %s', (_what, cell, decision, rowReason, reasons) => {
    expect(reasonsFor(cell, { decision, rowReason, exception: false })).toEqual(reasons);
  });

  test('hide that a destination asks for more, or come in another order', () => {
    const cell = { ...GREEN, ...OLD, ...POPUP, ...STALE };
    const all = ['assurance_too_low', 'too_old', 'popup', 'stale_used', 'policy_exception'];
    expect(reasonsFor(cell, { decision: 'refer', rowReason: 'assurance_too_low', exception: true })).toEqual(all);
  });
});
