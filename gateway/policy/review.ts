import type { Policy, PolicyRefusalCode } from '../../schemas/policy.ts';
import { NATIONAL_BASELINE } from './baseline.ts';
import { checkPolicy, type PolicyCheck } from './check.ts';
import { type Deviation, diffPolicy, type PolicyDiff } from './diff.ts';

/** `row` from 0, or null where no row is to blame. */
export type PolicyRefusal = { readonly code: PolicyRefusalCode; readonly row: number | null };
export type PolicyReview = {
  readonly accepted: boolean;
  readonly refusals: readonly PolicyRefusal[];
  readonly check: PolicyCheck;
  readonly diff: PolicyDiff;
};

/** All that stands between a published table and its activation. `policy check` and the registry ask this. */
export function reviewPolicy(policy: Policy, baseline: Policy = NATIONAL_BASELINE): PolicyReview {
  const check = checkPolicy(policy);
  const diff = diffPolicy(policy, baseline);
  const refusals: PolicyRefusal[] = [
    ...(check.complete ? [] : [{ code: 'uncovered_cells' as const, row: null }]),
    ...check.unreachable.map((row) => ({ code: 'unreachable_row' as const, row })),
    ...check.impossible.map(({ row }) => ({ code: 'impossible_decision' as const, row })),
    ...refuse(
      'stricter_without_basis',
      diff.stricter.filter(({ exception }) => exception === null),
    ),
    ...refuse('looser_than_minimum', diff.looser),
    ...exceptionRefusals(policy),
  ];
  return { accepted: refusals.length === 0, refusals, check, diff };
}

function refuse(code: PolicyRefusalCode, deviations: readonly Deviation[]): PolicyRefusal[] {
  return [...new Set(deviations.map(({ row }) => row))].map((row) => ({ code, row }));
}

function exceptionRefusals(policy: Policy): PolicyRefusal[] {
  const startMs = Date.parse(policy.effective_from);
  return policy.rows.flatMap(({ exception }, row) => {
    if (exception === undefined) return [];
    const refusals: PolicyRefusal[] = [];
    if (Date.parse(exception.reported_at) > startMs) refusals.push({ code: 'reported_late', row });
    if (Date.parse(exception.ends_at) <= startMs) refusals.push({ code: 'exception_already_over', row });
    return refusals;
  });
}
