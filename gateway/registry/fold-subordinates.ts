import { type ProvinceCode, provinceOfDivision } from '../../schemas/code-lists/index.ts';
import type { EventOf, RegistryJwk } from '../../schemas/registry-event.ts';
import { peekEntityStatement } from '../trust/entity-statement.ts';
import { keyIdentity } from '../trust/public-key.ts';
import { refuseKeySet, refuseUnverifiable } from './fold-entities.ts';
import { allEnded, publishedAfter } from './fold-published-keys.ts';
import {
  type EntityRecord,
  type FoldState,
  type Mark,
  type Rejection,
  rejected,
  type SubordinateRecord,
  withEntry,
} from './fold-state.ts';

type Vouching = Pick<FoldState, 'anchor' | 'entities' | 'subordinates'>;

/**
 * Who vouches for whom in the federation. Subordinate statements are signed by superiors from what stands here, so
 * that nobody can be vouched for whom the log does not name. A province speaks for itself alone: what it admits is its
 * own by this rule, whatever the entity says of itself.
 */
export function admitSubordinate(
  state: FoldState,
  { iss, body }: EventOf<'subordinate_admitted'>,
  mark: Mark,
): FoldState | Rejection {
  const superior = state.entities.get(iss);
  if (superior === undefined || !isAdmitted(state, iss)) return rejected('role_not_entitled');
  const refusal =
    refuseKind(state, superior, body) ?? refuseUnverifiable(body.jwks.keys) ?? refuseKeySet(body.jwks.keys);
  if (refusal !== undefined) return refusal;
  const before = state.subordinates.get(body.entity_id);
  if (body.entity_id === state.anchor || (before !== undefined && stands(state, before))) {
    return rejected('subordinate_exists');
  }
  // Whoever was removed may have been removed because of these very keys.
  const given_up = before === undefined ? [] : [...before.given_up, ...before.jwks];
  if (shareKeys(given_up, body.jwks.keys)) return rejected('key_reused');
  const published = publishedAfter(body.kind, before?.published ?? [], body.published, mark.at_s);
  if ('rejected' in published) return published;
  const record: SubordinateRecord = {
    entity_id: body.entity_id,
    superior: iss,
    kind: body.kind,
    name: body.name,
    province: body.kind === 'province' ? (body.province ?? null) : superior.province,
    level: body.level ?? null,
    role: body.role ?? null,
    venue_kinds: body.venue_kinds ?? null,
    regions: body.regions ?? null,
    state: 'admitted',
    admitted: mark,
    changed: mark,
    jwks: body.jwks.keys,
    given_up,
    published,
    configured_s: null,
  };
  return withSubordinate(state, record);
}

/** That the keys before signed for these was verified with the event (`verify-event.ts`). */
export function changeSubordinateKeys(
  state: FoldState,
  { iss, body }: EventOf<'subordinate_keys_changed'>,
  mark: Mark,
): FoldState | Rejection {
  const record = state.subordinates.get(body.entity_id);
  if (record === undefined || !stands(state, record)) return rejected('subordinate_unknown');
  if (record.superior !== iss) return rejected('role_not_entitled');
  const { iat: configured_s } = peekEntityStatement(body.configuration).claims;
  // Whoever shows an older one again would bring back keys that are over, and shut out those in use.
  if (configured_s < (record.configured_s ?? 0)) return rejected('keys_not_handed_over', 'newer keys were taken');
  const refusal = refuseUnverifiable(body.jwks.keys) ?? refuseKeySet(body.jwks.keys);
  if (refusal !== undefined) return refusal;
  const jwks = body.jwks.keys;
  if (shareKeys(record.given_up, jwks)) return rejected('key_reused');
  const published = publishedAfter(record.kind, record.published, body.published, mark.at_s);
  if ('rejected' in published) return published;
  const given_up = [...record.given_up, ...record.jwks.filter((jwk) => !shareKeys([jwk], jwks))];
  return withSubordinate(state, { ...record, jwks, given_up, published, configured_s, changed: mark });
}

/** A province changes its mind about which venues its authorization server may vouch for. */
export function changeSubordinateVenues(
  state: FoldState,
  { iss, body }: EventOf<'subordinate_venues_changed'>,
  mark: Mark,
): FoldState | Rejection {
  const { entity_id, venue_kinds, regions } = body;
  const record = state.subordinates.get(entity_id);
  if (record === undefined || record.state === 'removed') return rejected('subordinate_unknown');
  if (record.superior !== iss) return rejected('role_not_entitled');
  const isFitting = record.kind === 'authorization_server' && areWithin(regions, record.province);
  if (!isFitting) return rejected('subordinate_invalid');
  return withSubordinate(state, { ...record, venue_kinds, regions, changed: mark });
}

/** By its superior, or by the anchor over a superior's head. What stands below it is vouched for by nobody from then on. */
export function removeSubordinate(
  state: FoldState,
  { iss, body }: EventOf<'subordinate_removed'>,
  mark: Mark,
): FoldState | Rejection {
  const record = state.subordinates.get(body.entity_id);
  if (record === undefined || record.state === 'removed') return rejected('subordinate_unknown');
  if (record.superior !== iss && iss !== state.anchor) return rejected('role_not_entitled');
  const published = allEnded(record.published, mark.at_s);
  return withSubordinate(state, { ...record, state: 'removed', published, changed: mark });
}

/** Whether the log vouches for an entity now: itself and everybody above it. The anchor stands by itself. */
export function isAdmitted(state: Vouching, entityId: string): boolean {
  if (entityId === state.anchor) return true;
  const record = state.subordinates.get(entityId);
  if (record === undefined || !stands(state, record)) return false;
  if (record.kind === 'province' && state.entities.get(entityId)?.state !== 'enrolled') return false;
  return isAdmitted(state, record.superior);
}

/**
 * Whether an admission is neither taken back nor from before the removal of that very province from the registry: a
 * province that is enrolled again must not find an old federation key at work, so that it is admitted again as well.
 */
function stands({ entities }: Vouching, { state, kind, entity_id, admitted }: SubordinateRecord): boolean {
  if (state === 'removed') return false;
  return kind !== 'province' || (entities.get(entity_id)?.enrolled.index ?? 0) <= admitted.index;
}

/** The province that an entity issues for, where the log vouches for it now; null: none. */
export function issuesFor(state: Vouching, entityId: string): ProvinceCode | null {
  const record = state.subordinates.get(entityId);
  return record?.kind === 'issuer' && isAdmitted(state, entityId) ? record.province : null;
}

/** The first issuer of a province that the log vouches for now, in the order of admission. */
export function issuerFor(state: Vouching, province: ProvinceCode): string | null {
  for (const { entity_id, kind, province: own } of state.subordinates.values()) {
    if (kind === 'issuer' && own === province && isAdmitted(state, entity_id)) return entity_id;
  }
  return null;
}

function refuseKind(
  state: FoldState,
  superior: EntityRecord,
  body: EventOf<'subordinate_admitted'>['body'],
): Rejection | undefined {
  const { entity_id, kind, province, regions = [] } = body;
  if (!hasItsMembers(body)) return rejected('subordinate_invalid');
  switch (kind) {
    case 'province': {
      if (superior.role !== 'anchor') return rejected('role_not_entitled');
      const enrolled = state.entities.get(entity_id);
      const isThat = enrolled?.state === 'enrolled' && enrolled.province === province;
      return isThat ? undefined : rejected('subordinate_invalid');
    }
    case 'monitor':
      return superior.role === 'anchor' ? undefined : rejected('role_not_entitled');
    case 'gateway':
    case 'issuer':
    case 'agency':
    case 'authorization_server': {
      // Only who is a province can have some; a national gateway would be one that belongs to nobody.
      if (superior.role !== 'province') return rejected('role_not_entitled');
      return areWithin(regions, superior.province) ? undefined : rejected('subordinate_invalid');
    }
  }
}

/** Nobody says where another province's venues stand. */
function areWithin(regions: readonly string[], province: string | null): boolean {
  return regions.every((prefix) => provinceOfDivision(prefix) === province);
}

/** What only one kind has stands there for that kind, whole, and for no other. */
function hasItsMembers({
  kind,
  province,
  level,
  role,
  venue_kinds,
  regions,
}: EventOf<'subordinate_admitted'>['body']): boolean {
  const areThere = (members: readonly unknown[], isDue: boolean) =>
    members.every((member) => (member !== undefined) === isDue);
  return (
    areThere([province], kind === 'province') &&
    areThere([level, role], kind === 'agency') &&
    areThere([venue_kinds, regions], kind === 'authorization_server')
  );
}

function shareKeys(a: readonly RegistryJwk[], b: readonly RegistryJwk[]): boolean {
  const known = new Set(a.map(keyIdentity));
  return b.some((jwk) => known.has(keyIdentity(jwk)));
}

function withSubordinate(state: FoldState, record: SubordinateRecord): FoldState {
  return { ...state, subordinates: withEntry(state.subordinates, record.entity_id, record) };
}
