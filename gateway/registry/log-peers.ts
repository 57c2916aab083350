import type { SubordinateKind } from '../../schemas/registry-event.ts';
import type { FoldState } from './fold-state.ts';
import { isAdmitted } from './fold-subordinates.ts';

/** Kinds of entities whose node follows the log and shows it. */
const FOLLOWERS: ReadonlySet<SubordinateKind> = new Set(['province', 'monitor', 'gateway', 'issuer']);

/**
 * Where other nodes show the log that they follow: the origins of the anchor and of every admitted province, monitor, gateway
 * and issuer, each once, but `own`. Nobody is asked whom no superior vouches for.
 */
export function peerOrigins(state: FoldState, own: ReadonlySet<string>): string[] {
  const followers = [...state.subordinates.values()].filter(({ kind }) => FOLLOWERS.has(kind));
  const admitted = followers.map(({ entity_id }) => entity_id).filter((entityId) => isAdmitted(state, entityId));
  const ids = [...(state.anchor === null ? [] : [state.anchor]), ...admitted];
  return [...new Set(ids.map((id) => new URL(id).origin))].filter((origin) => !own.has(origin));
}
