import type { EventOf } from '../../schemas/registry-event.ts';
import { reviewPolicy } from '../policy/review.ts';
import { type FoldState, type Mark, type Rejection, rejected, withEntry } from './fold-state.ts';
import { isNewer } from './version-order.ts';

/** A destination publishes its own table, if it passes the review that everybody can repeat. */
export function publishPolicy(
  state: FoldState,
  { iss, body: { policy } }: EventOf<'policy_published'>,
  mark: Mark,
): FoldState | Rejection {
  const refusal = refuseAuthor(state, iss, policy.destination);
  if (refusal !== undefined) return refusal;
  const before = state.policies.get(policy.destination);
  if (before !== undefined && !isNewer(policy.version, before.version)) return rejected('version_not_newer');
  const review = reviewPolicy(policy);
  if (!review.accepted) {
    const faults = review.refusals.map(({ code, row }) => (row === null ? code : `${code} in row ${row}`));
    return rejected('policy_refused', faults.slice(0, 5).join(', '));
  }
  const record = { policy, version: policy.version, changed: mark };
  return { ...state, policies: withEntry(state.policies, policy.destination, record) };
}

/** Back to the national baseline. */
export function withdrawPolicy(
  state: FoldState,
  { iss, body }: EventOf<'policy_withdrawn'>,
  mark: Mark,
): FoldState | Rejection {
  const refusal = refuseAuthor(state, iss, body.province);
  if (refusal !== undefined) return refusal;
  const before = state.policies.get(body.province);
  if (before === undefined || before.policy === null || before.version !== body.version) {
    return rejected('policy_unknown');
  }
  const record = { policy: null, version: before.version, changed: mark };
  return { ...state, policies: withEntry(state.policies, body.province, record) };
}

function refuseAuthor(state: FoldState, iss: string, province: string): Rejection | undefined {
  const author = state.entities.get(iss);
  if (author?.role !== 'province') return rejected('role_not_entitled');
  // The national baseline is the product's own and changes with it; no table of that name is published.
  return author.province === province && province !== '000000' ? undefined : rejected('province_foreign');
}
