import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reasonCodeSchema } from '../../schemas/code-lists/index.ts';
import { type Policy, policySchema } from '../../schemas/policy.ts';
import { anyInput } from '../provenance/arbitraries.fixture.ts';
import { substantiate } from '../provenance/substantiate.ts';
import { sandboxPolicies } from '../sandbox/policies.ts';
import { NATIONAL_BASELINE } from './baseline.ts';
import { ALL_CELLS, ageBandOf, CELL_COUNT, type Cell, cellIndex, cellOf } from './cells.ts';
import { compilePolicy, decide } from './decide.ts';
import { holdToFloor } from './floor.ts';
import {
  anyCell,
  anyPolicy,
  at,
  DAY_MS,
  exceptionEnding,
  firstRow,
  MOMENTS,
  policyWith,
  START_MS,
} from './policies.fixture.ts';

const GREEN: Cell = {
  venue_kind: 'railway_station',
  status: 'green',
  provenance: 'none',
  assurance: 'transport',
  stale: false,
  age_band: 'fresh',
  popup: false,
  limited_movement: false,
};
const RED: Cell = { ...GREEN, status: 'red', provenance: 'stated' };
const YELLOW: Cell = { ...RED, status: 'yellow' };
const nationally = (cell: Cell) => decide(compilePolicy(NATIONAL_BASELINE), cell, START_MS);

describe('the national baseline', () => {
  test.each<[string, Cell, string, string, string[]]>([
    ['a plain green', GREEN, 'green', 'pass', ['ok']],
    ['an aging green', { ...GREEN, age_band: 'aging' }, 'green', 'pass', ['ok']],
    ['a stale green inside its grace', { ...GREEN, stale: true }, 'green', 'pass', ['stale_used']],
    ['a green with a pop-up', { ...GREEN, popup: true }, 'green', 'refer', ['popup']],
    ['a green past its validity', { ...GREEN, age_band: 'too_old' }, 'green', 'refer', ['too_old']],
    [
      'a green with everything against it',
      { ...GREEN, age_band: 'too_old', popup: true, stale: true },
      'green',
      'refer',
      ['too_old', 'popup', 'stale_used'],
    ],
    ['a substantiated red', RED, 'red', 'restrict', ['red_ground']],
    ['a substantiated yellow', YELLOW, 'yellow', 'restrict', ['yellow_ground']],
    ['a red with a pop-up', { ...RED, popup: true }, 'red', 'restrict', ['red_ground']],
    ['an unsubstantiated red', { ...RED, provenance: 'none' }, 'indeterminate', 'refer', ['unsubstantiated']],
    [
      'an unsubstantiated yellow, stale',
      { ...YELLOW, provenance: 'none', stale: true },
      'indeterminate',
      'refer',
      ['unsubstantiated', 'stale_used'],
    ],
    ['a stale red', { ...RED, stale: true }, 'indeterminate', 'refer', ['stale_used']],
    ['an outdated yellow', { ...YELLOW, age_band: 'too_old' }, 'indeterminate', 'refer', ['too_old']],
    [
      'a yellow with limited movement',
      { ...YELLOW, limited_movement: true },
      'indeterminate',
      'refer',
      ['no_national_meaning'],
    ],
    ['a red with limited movement', { ...RED, limited_movement: true }, 'red', 'restrict', ['red_ground']],
  ])('%s is answered otherwise', (_defect, cell, status, decision, reasons) => {
    expect(nationally(cell)).toEqual({ status, decision, reasons, exception: false });
  });

  test('does something at one kind of venue that it does not do at another', () => {
    const compiled = compilePolicy(NATIONAL_BASELINE);
    const decided = (cell: Cell) => decide(compiled, cell, START_MS);
    for (const cell of ALL_CELLS) expect(decided(cell)).toBe(decided({ ...cell, venue_kind: 'hospital' }));
  });
});

describe('whatever a table says', () => {
  test('a non-green passes, an unsubstantiated or stale one restricts, or its colour is shown', () => {
    const tables = [
      ...(['pass', 'restrict', 'refer'] as const).map((decision) => policyWith([{ when: {}, decision }])),
    ];
    for (const policy of tables) assertSafe(policy);
    fc.assert(fc.property(anyPolicy, assertSafe), { numRuns: 20 });
  });

  test('the look-up differs from reading the table top down', () => {
    fc.assert(
      fc.property(anyPolicy, fc.array(anyCell, { minLength: 400, maxLength: 400 }), (policy, cells) => {
        const compiled = compilePolicy(policy);
        for (const nowMs of MOMENTS) {
          for (const cell of cells) {
            const row = firstRow(policy, cell, nowMs);
            const said = row === null ? 'refer' : (policy.rows[row]?.decision ?? 'refer');
            expect(decide(compiled, cell, nowMs).decision).toBe(holdToFloor(cell, said));
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  test('the same cell is decided twice in two ways, or not at all', () => {
    fc.assert(
      fc.property(anyPolicy, fc.array(anyCell, { minLength: 50, maxLength: 50 }), (policy, cells) => {
        const [once, again] = [compilePolicy(policy), compilePolicy(structuredClone(policy))];
        for (const [cell, nowMs] of cells.flatMap((each) => MOMENTS.map((moment) => [each, moment] as const))) {
          const outcome = decide(once, cell, nowMs);
          expect(decide(again, { ...cell }, nowMs)).toEqual(outcome);
          expect(outcome.reasons.length).toBeGreaterThan(0);
          expect(outcome.reasons.length).toBeLessThanOrEqual(8);
          expect(new Set(outcome.reasons).size).toBe(outcome.reasons.length);
          for (const reason of outcome.reasons) expect(reasonCodeSchema.safeParse(reason).success).toBe(true);
        }
      }),
      { numRuns: 10 },
    );
  });

  test('an assignment that breaks its rule restricts somebody or shows a colour at a door', () => {
    const policies = [
      NATIONAL_BASELINE,
      ...Object.values(sandboxPolicies(START_MS)),
      policyWith([{ when: {}, decision: 'restrict' }]),
    ];
    const compiled = policies.map((policy) => compilePolicy(policy));
    let restricted = 0;
    fc.assert(
      fc.property(anyInput(), anyCell, fc.constantFrom(...compiled), (input, known, policy) => {
        const { status, flags } = input.claims;
        const { provenance } = substantiate(input);
        if (status === 'indeterminate') return;
        const { venue_kind: venueKind, age_band: ageBand, assurance, stale } = known;
        const cell = cellOf({ venueKind, status, provenance, assurance, stale, ageBand, flags });
        const outcome = decide(policy, cell, START_MS);
        const substantiated = provenance === 'signed' || provenance === 'stated';
        if (outcome.decision === 'restrict') restricted += 1;
        if (outcome.decision === 'restrict') expect(substantiated).toBe(true);
        if (outcome.status === 'yellow' || outcome.status === 'red') expect(substantiated).toBe(true);
        if (status !== 'green') expect(outcome.decision).not.toBe('pass');
        if (status !== 'green' && !substantiated) {
          expect(outcome.reasons).not.toContain('red_ground');
          expect(outcome.reasons).not.toContain('yellow_ground');
          expect(outcome.reasons[0]).toBe('unsubstantiated');
        }
      }),
      { numRuns: 3000 },
    );
    expect(restricted).toBeGreaterThan(50);
  });
});

function assertSafe(policy: Policy): void {
  const compiled = compilePolicy(policy);
  for (const nowMs of MOMENTS) {
    for (const cell of ALL_CELLS) {
      const { status, decision, reasons } = decide(compiled, cell, nowMs);
      const substantiated = cell.provenance !== 'none' && !cell.stale && cell.age_band !== 'too_old';
      const allowed =
        cell.status === 'green'
          ? status === 'green' &&
            decision !== 'restrict' &&
            (decision === 'refer' || (!cell.popup && cell.age_band !== 'too_old'))
          : decision === 'restrict'
            ? substantiated && status === cell.status
            : decision === 'refer' && status === 'indeterminate';
      const tells = reasons.includes('red_ground') || reasons.includes('yellow_ground');
      if (!allowed || tells !== (decision === 'restrict')) expect({ cell, status, decision, reasons }).toBe('safe');
    }
  }
}

test('a referral that no row explains and that is national is told as nothing at all, or as stricter', () => {
  const refers = policyWith([{ when: {}, decision: 'refer' }]);
  const outcome = decide(compilePolicy(refers, refers), GREEN, START_MS);
  expect(outcome).toEqual({ status: 'green', decision: 'refer', reasons: ['policy_exception'], exception: false });
});

test('what the nation has no row for is measured against nothing, or a clock without a time finds a pass', () => {
  const nation = policyWith([{ when: { status: ['red'] }, decision: 'restrict' }]);
  const refers = compilePolicy(policyWith([{ when: {}, decision: 'refer', reason: 'assurance_too_low' }]), nation);
  expect(decide(refers, GREEN, START_MS)).toMatchObject({ decision: 'refer', exception: false });
  const restricts = compilePolicy(policyWith([{ when: {}, decision: 'restrict' }]), policyWith([]));
  expect(decide(restricts, RED, START_MS)).toMatchObject({ decision: 'restrict', exception: true });
  expect(decide(compilePolicy(NATIONAL_BASELINE), GREEN, Number.NaN)).toMatchObject({
    decision: 'refer',
    exception: false,
  });
});

test('an outcome that many cells share can be changed by whoever got it', () => {
  const outcome = nationally(GREEN);
  expect([Object.isFrozen(outcome), Object.isFrozen(outcome.reasons)]).toEqual([true, true]);
});

describe('a dated exception', () => {
  const { exception } = sandboxPolicies(START_MS);
  const decided = (cell: Cell, nowMs: number) => decide(compilePolicy(exception), cell, nowMs);
  const atAirport: Cell = { ...GREEN, venue_kind: 'airport' };

  test('is not named in the answer it makes stricter', () => {
    expect(decided(atAirport, START_MS)).toEqual({
      status: 'green',
      decision: 'refer',
      reasons: ['assurance_too_low', 'policy_exception'],
      exception: true,
    });
  });

  test('is named where it changes nothing', () => {
    for (const cell of [{ ...atAirport, assurance: 'node-signed' as const }, GREEN]) {
      expect(decided(cell, START_MS)).toMatchObject({ decision: 'pass', reasons: ['ok'], exception: false });
    }
    expect(decided({ ...atAirport, popup: true }, START_MS).exception).toBe(false);
  });

  test('binds before it starts or after it has ended', () => {
    expect(decided(atAirport, START_MS - 1).decision).toBe('pass');
    expect(decided(atAirport, START_MS + 14 * DAY_MS - 1).decision).toBe('refer');
    expect(decided(atAirport, START_MS + 14 * DAY_MS).decision).toBe('pass');
  });

  test('that lapses takes another one with it', () => {
    const rows = [
      { when: { venue_kind: ['airport' as const] }, decision: 'refer' as const, exception: exceptionEnding(1) },
      { when: { assurance: ['transport' as const] }, decision: 'refer' as const, exception: exceptionEnding(2) },
      ...NATIONAL_BASELINE.rows,
    ];
    const two = compilePolicy(policyWith(rows));
    const decisions = [0, 1, 2].map((days) => decide(two, atAirport, Date.parse(at(days))).decision);
    expect(decisions).toEqual(['refer', 'refer', 'pass']);
    expect(decide(two, { ...atAirport, assurance: 'node-signed' }, Date.parse(at(1))).decision).toBe('pass');
  });
});

describe('the domain', () => {
  test('a cell sits at another position than its index', () => {
    expect(ALL_CELLS.map(cellIndex)).toEqual(Array.from({ length: CELL_COUNT }, (_, index) => index));
    expect(CELL_COUNT).toBe(16 * 3 * 3 * 3 * 2 * 3 * 2 * 2);
  });

  test.each([
    [0, 7200, 'fresh'],
    [3600, 7200, 'fresh'],
    [3601, 7200, 'aging'],
    [7200, 7200, 'aging'],
    [7201, 7200, 'too_old'],
    [-5, 7200, 'fresh'],
    [86_400, null, 'fresh'],
    [86_401, null, 'aging'],
    [30 * 86_400, null, 'aging'],
    [30 * 86_400 + 1, null, 'too_old'],
    [1e9, null, 'too_old'],
  ] as const)('an age of %i s under a validity of %s falls into another band', (ageS, maxAgeS, band) => {
    expect(ageBandOf(ageS, maxAgeS)).toBe(band);
  });

  test('absent or violated provenance counts as some', () => {
    const known = {
      venueKind: 'airport',
      status: 'red',
      assurance: 'transport',
      stale: false,
      ageBand: 'fresh',
      flags: [],
    } as const;
    for (const provenance of ['absent', 'violated', null] as const) {
      expect(cellOf({ ...known, provenance }).provenance).toBe('none');
    }
    expect(cellOf({ ...known, provenance: 'stated', flags: ['popup'] })).toMatchObject({
      provenance: 'stated',
      popup: true,
      limited_movement: false,
    });
    expect(cellOf({ ...known, provenance: 'signed', flags: ['limited_movement'] })).toMatchObject({
      provenance: 'signed',
      popup: false,
      limited_movement: true,
    });
  });

  test('a shipped table is no valid policy', () => {
    for (const policy of [NATIONAL_BASELINE, ...Object.values(sandboxPolicies(START_MS))]) {
      expect(policySchema.parse(policy)).toEqual(policy);
    }
  });
});
