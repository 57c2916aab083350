import { ANCHOR_EVENT_AGE_S, EVENT_CLOCK_SKEW_S, type RegistryEvent } from '../../schemas/registry-event.ts';
import { approveAdapter, checkAdapter, rejectAdapter, submitAdapter } from './fold-adapter-review.ts';
import { activateAdapter, resumeAdapter, rollBackAdapter, suspendAdapter } from './fold-adapter-stage.ts';
import { createRegistry, enrolEntity, removeEntity } from './fold-entities.ts';
import { activateKey, announceKey, retireKey, revokeKey } from './fold-keys.ts';
import { addLogKey, retireLogKey } from './fold-log-keys.ts';
import { issueMandate, revokeMandate } from './fold-mandates.ts';
import { publishPolicy, withdrawPolicy } from './fold-policies.ts';
import {
  type EntityRecord,
  type FoldState,
  isRejection,
  type Mark,
  type Rejection,
  rejected,
  type VerifiedEvent,
  withEntry,
} from './fold-state.ts';
import {
  admitSubordinate,
  changeSubordinateKeys,
  changeSubordinateVenues,
  removeSubordinate,
} from './fold-subordinates.ts';

/**
 * Registry state as a pure fold over the log. Every instance re-decides every entry with this function, so whoever can
 * write to the store can still not write an event that its signer was not entitled to. The signature has been verified
 * by the caller (`verify-event.ts`); everything else about authority and order is decided here.
 */
export function fold(state: FoldState, verified: VerifiedEvent): FoldState | Rejection {
  const { event, kid, hash } = verified;
  const mark: Mark = { by: event.iss, kid, index: state.size, at_s: event.iat };
  if (event.kind === 'registry_created') {
    if (state.size > 0) return rejected('registry_exists');
    return advance(createRegistry(event, mark), event, hash);
  }
  const signer = state.entities.get(event.iss);
  if (signer === undefined) return rejected('signer_unknown');
  const refusal = refuseSigner(signer, event, kid) ?? refuseOrder(state, signer, event);
  if (refusal !== undefined) return refusal;
  return advance(decide(state, event, mark), event, hash);
}

function decide(state: FoldState, event: Exclude<RegistryEvent, { kind: 'registry_created' }>, mark: Mark) {
  switch (event.kind) {
    case 'log_key_added':
      return addLogKey(state, event);
    case 'log_key_retired':
      return retireLogKey(state, event);
    case 'entity_enrolled':
      return enrolEntity(state, event, mark);
    case 'entity_removed':
      return removeEntity(state, event);
    case 'subordinate_admitted':
      return admitSubordinate(state, event, mark);
    case 'subordinate_keys_changed':
      return changeSubordinateKeys(state, event, mark);
    case 'subordinate_venues_changed':
      return changeSubordinateVenues(state, event, mark);
    case 'subordinate_removed':
      return removeSubordinate(state, event, mark);
    case 'key_announced':
      return announceKey(state, event);
    case 'key_activated':
      return activateKey(state, event);
    case 'key_retired':
      return retireKey(state, event);
    case 'key_revoked':
      return revokeKey(state, event);
    case 'adapter_submitted':
      return submitAdapter(state, event, mark);
    case 'adapter_checked':
      return checkAdapter(state, event, mark);
    case 'adapter_approved':
      return approveAdapter(state, event, mark);
    case 'adapter_rejected':
      return rejectAdapter(state, event, mark);
    case 'adapter_activated':
      return activateAdapter(state, event, mark);
    case 'adapter_suspended':
      return suspendAdapter(state, event, mark);
    case 'adapter_resumed':
      return resumeAdapter(state, event, mark);
    case 'adapter_rolled_back':
      return rollBackAdapter(state, event, mark);
    case 'policy_published':
      return publishPolicy(state, event, mark);
    case 'policy_withdrawn':
      return withdrawPolicy(state, event, mark);
    case 'mandate_issued':
      return issueMandate(state, event, mark);
    case 'mandate_revoked':
      return revokeMandate(state, event, mark);
  }
}

/** A verified signature is not enough: the key must be in use, for this purpose, at this place in the log. */
function refuseSigner({ state, keys }: EntityRecord, { iat }: RegistryEvent, kid: string): Rejection | undefined {
  if (state === 'removed') return rejected('signer_removed');
  const key = keys.find(({ use, jwk }) => use === 'registry' && jwk.kid === kid);
  if (key === undefined) return rejected('key_unknown');
  if (key.state !== 'active') return rejected('key_not_active');
  return key.expires_s !== null && iat >= key.expires_s ? rejected('key_expired') : undefined;
}

function refuseOrder(
  state: FoldState,
  last: EntityRecord,
  { iss, seq, prev, iat }: RegistryEvent,
): Rejection | undefined {
  if (seq <= last.seq) return rejected('sequence_replayed');
  if (seq > last.seq + 1) return rejected('sequence_gap');
  if (prev !== last.prev) return rejected('chain_forked');
  // A key's window is measured by the log's time, so nobody may date an event back into it.
  return iat < state.time_s - mostAgeS(state, iss) ? rejected('time_implausible') : undefined;
}

/** How old an event by `iss` may be when it comes into the log, by the log's time and by the registry's clock, in seconds. */
export function mostAgeS({ anchor }: Pick<FoldState, 'anchor'>, iss: string): number {
  return iss === anchor ? ANCHOR_EVENT_AGE_S : EVENT_CLOCK_SKEW_S;
}

function advance(next: FoldState | Rejection, { iss, seq, iat }: RegistryEvent, hash: string): FoldState | Rejection {
  if (isRejection(next)) return next;
  const signer = next.entities.get(iss);
  if (signer === undefined) return rejected('signer_unknown');
  return {
    ...next,
    size: next.size + 1,
    genesis: next.genesis ?? hash,
    time_s: Math.max(next.time_s, iat),
    entities: withEntry(next.entities, iss, { ...signer, seq, prev: hash }),
  };
}
