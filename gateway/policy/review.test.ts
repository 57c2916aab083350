import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Policy, PolicyRow, RowCondition } from '../../schemas/policy.ts';
import { sandboxPolicies } from '../sandbox/policies.ts';
import { NATIONAL_BASELINE } from './baseline.ts';
import { groupCells } from './cell-groups.ts';
import { ALL_CELLS, CELL_COUNT, DIMENSIONS } from './cells.ts';
import { checkPolicy } from './check.ts';
import { type Deviation, deviationsInForce, diffPolicy } from './diff.ts';
import { holdToFloor, STRICTNESS } from './floor.ts';
import {
  anyPolicy,
  DAY_MS,
  exceptionEnding,
  firstRow,
  isIn,
  MOMENTS,
  policyWith,
  START_MS,
} from './policies.fixture.ts';
import { reviewPolicy } from './review.ts';
import { rowTables } from './row-tables.ts';

const STRICTER: PolicyRow = { when: { venue_kind: ['hotel'], status: ['green'] }, decision: 'refer' };
const onTop = (row: PolicyRow) => policyWith([row, ...NATIONAL_BASELINE.rows]);
const codesOf = (policy: Policy) => reviewPolicy(policy).refusals.map(({ code, row }) => `${code}@${row}`);

describe('reviewing a policy', () => {
  test('the baseline is found to deviate from itself', () => {
    expect(reviewPolicy(NATIONAL_BASELINE)).toMatchObject({
      accepted: true,
      refusals: [],
      diff: { stricter: [], looser: [] },
    });
  });

  test('a shipped policy gets the wrong verdict', () => {
    const { equal, exception, refused } = sandboxPolicies(START_MS);
    expect(reviewPolicy(equal)).toMatchObject({ accepted: true, diff: { stricter: [], looser: [] } });
    expect(reviewPolicy(exception)).toMatchObject({
      accepted: true,
      diff: { stricter: [{ row: 0, cells: 48 }], looser: [] },
    });
    expect(codesOf(refused)).toEqual(['stricter_without_basis@0']);
  });

  test.each<[string, Policy, string[]]>([
    ['a stricter row without a basis', onTop(STRICTER), ['stricter_without_basis@0']],
    ['a stricter row with its papers is refused', onTop({ ...STRICTER, exception: exceptionEnding(9) }), []],
    [
      'an exception reported on the day after it starts',
      onTop({ ...STRICTER, exception: exceptionEnding(9, 1) }),
      ['reported_late@0'],
    ],
    ['an exception reported as it starts is refused', onTop({ ...STRICTER, exception: exceptionEnding(9, 0) }), []],
    [
      'an exception that ends as it starts',
      onTop({ ...STRICTER, exception: exceptionEnding(0) }),
      ['unreachable_row@0', 'exception_already_over@0'],
    ],
    [
      'an exception over before it starts',
      onTop({ ...STRICTER, exception: exceptionEnding(-1) }),
      ['unreachable_row@0', 'exception_already_over@0'],
    ],
    [
      'an undated stricter row behind one that lapses',
      policyWith([{ ...STRICTER, exception: exceptionEnding(9) }, STRICTER, ...NATIONAL_BASELINE.rows]),
      ['stricter_without_basis@1'],
    ],
    [
      'a substantiated red that is referred',
      onTop({ when: { status: ['red'] }, decision: 'refer' }),
      ['looser_than_minimum@0'],
    ],
    [
      'a red that passes',
      onTop({ when: { status: ['red'], venue_kind: ['park'] }, decision: 'pass' }),
      ['impossible_decision@0', 'looser_than_minimum@0'],
    ],
    [
      'a pop-up that passes',
      onTop({ when: { status: ['green'], popup: [true], age_band: ['fresh'] }, decision: 'pass' }),
      ['impossible_decision@0', 'looser_than_minimum@0'],
    ],
    [
      'a green that is restricted, papers or not',
      onTop({ when: { status: ['green'], venue_kind: ['park'] }, decision: 'restrict', exception: exceptionEnding(9) }),
      ['impossible_decision@0'],
    ],
    [
      'an unsubstantiated red that is restricted',
      onTop({
        when: { status: ['red'], provenance: ['none'], stale: [false] },
        decision: 'restrict',
        exception: exceptionEnding(9),
      }),
      ['impossible_decision@0'],
    ],
    [
      'a row behind a row that takes all',
      policyWith([...NATIONAL_BASELINE.rows, { when: { popup: [true] }, decision: 'refer' }]),
      ['unreachable_row@8'],
    ],
    ['a table without its last row', policyWith(NATIONAL_BASELINE.rows.slice(0, -1)), ['uncovered_cells@null']],
    [
      'a table held together by an exception only',
      policyWith([
        ...NATIONAL_BASELINE.rows.slice(0, -1),
        { when: {}, decision: 'refer', exception: exceptionEnding(9) },
      ]),
      ['uncovered_cells@null'],
    ],
  ])('%s goes unnoticed', (_defect, policy, codes) => {
    expect(codesOf(policy).sort()).toEqual([...codes].sort());
    expect(reviewPolicy(policy).accepted).toBe(codes.length === 0);
  });

  test('a lapsed or future exception is still counted as a deviation in force', () => {
    const { exception } = sandboxPolicies(START_MS);
    const diff = diffPolicy(exception, NATIONAL_BASELINE);
    const inForce = [-1, 0, 14 * DAY_MS - 1, 14 * DAY_MS].map(
      (ms) => deviationsInForce(exception, diff, START_MS + ms).length,
    );
    expect(inForce).toEqual([0, 1, 1, 0]);
  });

  test('a stricter row without papers is in force for nobody', () => {
    const policy = onTop(STRICTER);
    expect(deviationsInForce(policy, diffPolicy(policy, NATIONAL_BASELINE), START_MS)).toHaveLength(1);
  });

  test('there is a period too many, one too few, or a later one before an earlier one', () => {
    expect(rowTables(NATIONAL_BASELINE).map(({ fromMs }) => fromMs)).toEqual([Number.NEGATIVE_INFINITY]);
    const rows = [9, 2].map((days) => ({ ...STRICTER, exception: exceptionEnding(days) }));
    const tables = rowTables(policyWith([...rows, ...NATIONAL_BASELINE.rows]));
    const turns = [Number.NEGATIVE_INFINITY, ...[0, 2, 9].map((days) => START_MS + days * DAY_MS)];
    expect(tables.map(({ fromMs }) => fromMs)).toEqual(turns);
  });
});

describe('against brute force, on random tables', () => {
  test('check misses an uncovered cell, a dead row or a decision that no table may make', () => {
    fc.assert(
      fc.property(anyPolicy, (policy) => {
        const { complete, uncovered, unreachable, impossible } = checkPolicy(policy);
        const truth = bruteForce(policy);
        expect(complete).toBe(truth.uncovered.size === 0);
        expect(expand(uncovered)).toEqual(truth.uncovered);
        expect(unreachable).toEqual(policy.rows.flatMap((_, row) => (truth.reached.has(row) ? [] : [row])));
        const found = impossible.flatMap(({ row, where }) => [...expand(where)].map((index) => `${row}/${index}`));
        expect(new Set(found)).toEqual(truth.impossible);
      }),
      { numRuns: 15 },
    );
  });

  test('diff misses a stricter or looser cell, invents one, or lists one twice', () => {
    fc.assert(
      fc.property(anyPolicy, fc.oneof(fc.constant(NATIONAL_BASELINE), anyPolicy.map(undated)), (policy, baseline) => {
        const { stricter, looser } = diffPolicy(policy, baseline);
        const truth = bruteForceDiff(policy, baseline);
        for (const [deviations, expected] of [
          [stricter, truth.stricter],
          [looser, truth.looser],
        ] as const) {
          expect(listed(deviations)).toEqual(expected);
          expect(deviations.reduce((sum, { cells }) => sum + cells, 0)).toBe(expected.size);
        }
      }),
      { numRuns: 15 },
    );
  });

  test('grouping loses a cell, adds one, or lets two groups overlap', () => {
    const anyCells = fc.uniqueArray(fc.integer({ min: 0, max: CELL_COUNT - 1 }), { maxLength: 200 });
    fc.assert(
      fc.property(anyCells, (indexes) => {
        const groups = groupCells(indexes);
        expect(expand(groups)).toEqual(new Set(indexes));
        const sizes = groups.map((group) => expand([group]).size);
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(indexes.length);
      }),
      { numRuns: 15 },
    );
    expect(groupCells([])).toEqual([]);
  });

  test('cells are written in other words when they come in another order, or in more words than they need', () => {
    const where = (condition: RowCondition) =>
      ALL_CELLS.flatMap((cell, index) => (isIn(condition, cell) ? [index] : []));
    for (const condition of [
      { status: ['red'], popup: [true] },
      { venue_kind: ['airport', 'hotel'], provenance: ['signed', 'none'], age_band: ['too_old'] },
      { assurance: ['node-signed'], stale: [false], limited_movement: [true] },
      { status: ['yellow', 'red'] },
    ] satisfies RowCondition[]) {
      const cells = where(condition);
      const scrambled = cells.toSorted((a, b) => ((a * 7_919) % CELL_COUNT) - ((b * 7_919) % CELL_COUNT));
      for (const order of [cells.toReversed(), scrambled]) expect(groupCells(order)).toEqual([inOrder(condition)]);
    }
    expect(groupCells(ALL_CELLS.map((_, index) => index))).toEqual([{}]);
  });
});

function undated(policy: Policy): Policy {
  return policyWith(policy.rows.map(({ when, decision }) => ({ when, decision })));
}

function expand(groups: readonly PolicyRow['when'][]): Set<number> {
  const indexes = new Set<number>();
  for (const [index, cell] of ALL_CELLS.entries()) {
    if (groups.some((group) => isIn(group, cell))) indexes.add(index);
  }
  return indexes;
}

/** The same condition, with venue kinds in the order of the code list. */
function inOrder({ venue_kind, ...others }: RowCondition): RowCondition {
  if (venue_kind === undefined) return others;
  return { ...others, venue_kind: DIMENSIONS.venue_kind.filter((kind) => venue_kind.includes(kind)) };
}

function listed(deviations: readonly Deviation[]): Set<string> {
  const lines = deviations.flatMap(({ row, baseline, decision, where }) =>
    [...expand(where)].map((index) => `${row}/${index}/${baseline}/${decision}`),
  );
  return new Set(lines);
}

function bruteForce(policy: Policy) {
  const truth = { uncovered: new Set<number>(), reached: new Set<number>(), impossible: new Set<string>() };
  for (const nowMs of MOMENTS) {
    for (const [index, cell] of ALL_CELLS.entries()) {
      const row = firstRow(policy, cell, nowMs);
      const decision = row === null ? undefined : policy.rows[row]?.decision;
      if (row === null || decision === undefined) truth.uncovered.add(index);
      else {
        truth.reached.add(row);
        if (holdToFloor(cell, decision) !== decision) truth.impossible.add(`${row}/${index}`);
      }
    }
  }
  return truth;
}

function bruteForceDiff(policy: Policy, baseline: Policy) {
  const truth = { stricter: new Set<string>(), looser: new Set<string>() };
  for (const [index, cell] of ALL_CELLS.entries()) {
    const national = baseline.rows[firstRow(baseline, cell, START_MS) ?? -1]?.decision;
    for (const nowMs of national === undefined ? [] : MOMENTS) {
      const row = firstRow(policy, cell, nowMs) ?? -1;
      const decision = policy.rows[row]?.decision;
      if (national === undefined || decision === undefined) continue;
      const line = `${row}/${index}/${national}/${decision}`;
      if (STRICTNESS[decision] > STRICTNESS[national]) truth.stricter.add(line);
      if (STRICTNESS[decision] < STRICTNESS[national]) truth.looser.add(line);
    }
  }
  return truth;
}

test('a table of the largest size cannot be reviewed', () => {
  const dated = Array.from({ length: 56 }, (_, n) => ({
    ...STRICTER,
    when: { popup: [n % 2 === 0] },
    exception: exceptionEnding(n + 1),
  }));
  const policy = policyWith([...dated, ...NATIONAL_BASELINE.rows]);
  expect(policy.rows).toHaveLength(64);
  expect(reviewPolicy(policy).diff.stricter.length).toBeGreaterThan(0);
});
