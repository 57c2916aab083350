import fc from 'fast-check';
import { venueKindSchema } from '../../schemas/code-lists/index.ts';
import type { Policy, PolicyException, PolicyRow, RowCondition } from '../../schemas/policy.ts';
import { ALL_CELLS, type Cell, DIMENSION_NAMES } from './cells.ts';

/** Random tables for property tests, and a slow second reading of a table to compare with. */

export const START_MS = Date.parse('2026-11-01T00:00:00Z');
export const DAY_MS = 86_400_000;
export const at = (days: number) => new Date(START_MS + days * DAY_MS).toISOString();

export const anyCell: fc.Arbitrary<Cell> = fc.constantFrom(...ALL_CELLS);

const maybe = <T>(values: readonly T[]) =>
  fc.option(fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }), { nil: undefined });
const anyCondition: fc.Arbitrary<RowCondition> = fc.record({
  venue_kind: maybe([...venueKindSchema.values]),
  status: maybe(['green', 'yellow', 'red'] as const),
  provenance: maybe(['signed', 'stated', 'none'] as const),
  assurance: maybe(['province-signed', 'node-signed', 'transport'] as const),
  stale: maybe([true, false]),
  age_band: maybe(['fresh', 'aging', 'too_old'] as const),
  popup: maybe([true, false]),
  limited_movement: maybe([true, false]),
});

export function exceptionEnding(days: number, reportedDays = -3): PolicyException {
  return {
    basis: { title: { zh: '依据', en: 'basis' }, citation: 'generated' },
    reported_at: at(reportedDays),
    ends_at: at(days),
  };
}

const anyRow: fc.Arbitrary<PolicyRow> = fc.record({
  when: anyCondition,
  decision: fc.constantFrom('pass', 'refer', 'restrict'),
  reason: fc.constantFrom(undefined, 'popup', 'too_old', 'assurance_too_low', 'policy_exception'),
  exception: fc.option(
    fc.integer({ min: -1, max: 2 }).map((days) => exceptionEnding(days)),
    { nil: undefined, freq: 1 },
  ),
});

export const anyPolicy: fc.Arbitrary<Policy> = fc
  .array(anyRow, { minLength: 1, maxLength: 8 })
  .map((rows) => policyWith(rows));

export function policyWith(rows: PolicyRow[]): Policy {
  return {
    id: 'generated',
    destination: '460000',
    version: '1.0.0',
    title: { zh: '测试', en: 'test' },
    effective_from: at(0),
    rows,
  };
}

/** Every moment at which another set of rows may be in force. */
export const MOMENTS = [-3, 0, 1, 2].map((days) => START_MS + days * DAY_MS);

/** The first row in force at `nowMs` that matches, by reading the table top down; null if none does. */
export function firstRow(policy: Policy, cell: Cell, nowMs: number): number | null {
  const found = policy.rows.findIndex(({ when, exception }) => {
    if (exception !== undefined) {
      if (nowMs < Date.parse(policy.effective_from) || nowMs >= Date.parse(exception.ends_at)) return false;
    }
    return isIn(when, cell);
  });
  return found === -1 ? null : found;
}

/** Whether a condition holds in a cell. */
export function isIn(when: RowCondition, cell: Cell): boolean {
  return DIMENSION_NAMES.every((name) => {
    const values: readonly unknown[] | undefined = when[name];
    return values === undefined || values.includes(cell[name]);
  });
}
