import { REASON_USES, type ReasonCode } from '../../schemas/code-lists/index.ts';
import type { PolicyRow } from '../../schemas/policy.ts';
import type { Decision } from '../../schemas/status.ts';
import type { Cell } from './cells.ts';

/** What a decision came from: the row's own reason, and whether it is stricter than the national baseline. */
export type ReasonSource = {
  readonly decision: Decision;
  readonly rowReason: PolicyRow['reason'];
  readonly exception: boolean;
};

/**
 * Reasons in the order in which they decided: what the colour rests on (or that it rests on nothing), the row's
 * reason, the facts that stood in the way, a stale answer, the published exception. `ok` stands alone.
 */
export function reasonsFor(cell: Cell, { decision, rowReason, exception }: ReasonSource): ReasonCode[] {
  const reasons = new Set<ReasonCode>();
  if (decision === 'restrict') reasons.add(cell.status === 'red' ? 'red_ground' : 'yellow_ground');
  if (cell.status !== 'green' && cell.provenance === 'none') reasons.add('unsubstantiated');
  else for (const reason of doubts(cell, decision, rowReason)) reasons.add(reason);
  if (cell.stale) reasons.add('stale_used');
  if (exception) reasons.add('policy_exception');
  if (reasons.size === 0) reasons.add(decision === 'pass' ? 'ok' : 'policy_exception');
  return [...reasons];
}

function doubts(cell: Cell, decision: Decision, rowReason: PolicyRow['reason']): ReasonCode[] {
  const reasons: ReasonCode[] = rowReason !== undefined && isInPlace(rowReason, cell, decision) ? [rowReason] : [];
  if (decision !== 'refer') return reasons;
  if (cell.age_band === 'too_old') reasons.push('too_old');
  if (cell.status === 'green' && cell.popup) reasons.push('popup');
  return reasons;
}

/** A row may cover more cells than its reason is true of: a table must not tell a door what is not so. */
function isInPlace(reason: NonNullable<PolicyRow['reason']>, cell: Cell, decision: Decision): boolean {
  if (!REASON_USES[reason].beside.some((one) => one === decision)) return false;
  switch (reason) {
    case 'too_old':
      return cell.age_band === 'too_old';
    case 'stale_used':
      return cell.stale;
    case 'popup':
      return cell.popup;
    case 'assurance_too_low':
    case 'no_national_meaning':
    case 'policy_exception':
      return true;
  }
}
