import type { EventOf, RegistryJwk, RegistryKeyUse } from '../../schemas/registry-event.ts';
import { isPointOnCurve } from '../trust/curve-point.ts';
import { keyIdentity } from '../trust/public-key.ts';
import { logOf } from './fold-log-keys.ts';
import {
  EMPTY_STATE,
  type EntityRecord,
  type FoldState,
  type KeyRecord,
  type Mark,
  type Rejection,
  rejected,
  withEntry,
} from './fold-state.ts';

/** Entry 0: the anchor introduces itself. Whether it is the right anchor is for the reader's own configuration to say. */
export function createRegistry(event: EventOf<'registry_created'>, mark: Mark): FoldState | Rejection {
  const { iss, seq, prev, body } = event;
  if (seq !== 1) return rejected('sequence_gap');
  if (prev !== null) return rejected('chain_forked');
  const fault = faultOfKeys(EMPTY_STATE, iss, 'registry', body.jwks.keys);
  if (fault !== undefined) return fault;
  const log = logOf(body.log);
  if ('rejected' in log) return log;
  const anchor: EntityRecord = {
    entity_id: iss,
    role: 'anchor',
    name: body.name,
    province: null,
    superior: null,
    state: 'enrolled',
    enrolled: mark,
    seq: 0,
    prev: null,
    keys: body.jwks.keys.map((jwk) => activeKey(jwk, mark.at_s)),
  };
  return { ...EMPTY_STATE, anchor: iss, log, entities: new Map([[iss, anchor]]) };
}

/** Only the anchor says who there is. An entity that was removed comes back with new keys and its old sequence. */
export function enrolEntity(
  state: FoldState,
  { iss, body }: EventOf<'entity_enrolled'>,
  mark: Mark,
): FoldState | Rejection {
  if (iss !== state.anchor) return rejected('role_not_entitled');
  const { entity_id, role, name } = body;
  const province = body.province ?? null;
  const superior = body.superior ?? null;
  const before = state.entities.get(entity_id);
  if (before?.state === 'enrolled') return rejected('entity_exists');
  if (before !== undefined && (before.role !== role || before.province !== province)) {
    return rejected('entity_role_fixed');
  }
  if ((role === 'province') !== (province !== null)) return rejected('province_missing');
  if (role === 'agency' ? !isProvince(state, superior) : superior !== null) return rejected('superior_invalid');
  if (province !== null && provinceEntity(state, province) !== undefined) return rejected('province_taken');
  const fault = faultOfKeys(state, entity_id, 'registry', body.jwks.keys);
  if (fault !== undefined) return fault;
  const record: EntityRecord = {
    entity_id,
    role,
    name,
    province,
    superior,
    state: 'enrolled',
    enrolled: mark,
    seq: before?.seq ?? 0,
    prev: before?.prev ?? null,
    keys: [...(before?.keys ?? []), ...body.jwks.keys.map((jwk) => activeKey(jwk, mark.at_s))],
  };
  return { ...state, entities: withEntry(state.entities, entity_id, record) };
}

export function removeEntity(state: FoldState, { iss, iat, body }: EventOf<'entity_removed'>): FoldState | Rejection {
  if (iss !== state.anchor) return rejected('role_not_entitled');
  if (body.entity_id === state.anchor) return rejected('anchor_fixed');
  const entity = state.entities.get(body.entity_id);
  if (entity === undefined || entity.state === 'removed') return rejected('entity_unknown');
  // Its keys go with it: an entity that is enrolled again must not find an old key at work.
  const keys = entity.keys.map((key) => (key.state === 'revoked' ? key : { ...key, ...revokedAt(iat) }));
  return { ...state, entities: withEntry(state.entities, entity.entity_id, { ...entity, state: 'removed', keys }) };
}

export function revokedAt(atS: number): Pick<KeyRecord, 'state' | 'revoked_s'> {
  return { state: 'revoked', revoked_s: atS };
}

/** The enrolled entity of a province. */
export function provinceEntity(state: FoldState, province: string): EntityRecord | undefined {
  return [...state.entities.values()].find((entity) => entity.province === province && entity.state === 'enrolled');
}

/**
 * A registry key belongs to one entity for ever: if two operators could share a key, one person would be two approvals.
 * Within an entity no key and no kid comes twice, since a signature names its key by kid alone. Keys of other uses are
 * public before they are announced, so nobody may block an entity's key by announcing it first.
 */
export function faultOfKeys(
  state: FoldState,
  entityId: string,
  use: RegistryKeyUse,
  jwks: readonly RegistryJwk[],
): Rejection | undefined {
  const fault = (use === 'registry' ? refuseUnverifiable(jwks) : undefined) ?? refuseKeySet(jwks);
  if (fault !== undefined) return fault;
  const identities = new Set(jwks.map(keyIdentity));
  const kids = new Set(jwks.map(({ kid }) => kid));
  for (const { entity_id, keys } of state.entities.values()) {
    const own = entity_id === entityId;
    const clashes = keys.filter((key) => own || (use === 'registry' && key.use === 'registry'));
    if (clashes.some(({ jwk }) => (own && kids.has(jwk.kid)) || identities.has(keyIdentity(jwk)))) {
      return rejected('key_reused');
    }
  }
  return undefined;
}

/** Events and entity statements are verified by everybody, and not everybody can verify SM2. */
export function refuseUnverifiable(jwks: readonly RegistryJwk[]): Rejection | undefined {
  return jwks.some(({ crv }) => crv === 'SM2') ? rejected('key_unsuited') : undefined;
}

/** Keys are points that their curves have, and none of them, and no kid, stands there twice. */
export function refuseKeySet(jwks: readonly RegistryJwk[]): Rejection | undefined {
  if (!jwks.every(isPointOnCurve)) return rejected('key_invalid');
  const distinct = [new Set(jwks.map(keyIdentity)), new Set(jwks.map(({ kid }) => kid))];
  return distinct.some(({ size }) => size < jwks.length) ? rejected('key_reused') : undefined;
}

function activeKey(jwk: RegistryJwk, atS: number): KeyRecord {
  return {
    use: 'registry',
    jwk,
    state: 'active',
    announced_s: atS,
    activated_s: atS,
    retired_s: null,
    revoked_s: null,
    expires_s: null,
  };
}

function isProvince(state: FoldState, entityId: string | null): boolean {
  const entity = entityId === null ? undefined : state.entities.get(entityId);
  return entity?.role === 'province' && entity.state === 'enrolled';
}
