import type { EventOf, RegistryKeyUse } from '../../schemas/registry-event.ts';
import { faultOfKeys, revokedAt } from './fold-entities.ts';
import {
  type EntityRecord,
  type FoldState,
  type KeyRecord,
  type Rejection,
  rejected,
  withEntry,
} from './fold-state.ts';

/** An entity announces its own next key, so that readers know it before it is used. */
export function announceKey(state: FoldState, { iss, iat, body }: EventOf<'key_announced'>): FoldState | Rejection {
  const entity = state.entities.get(iss);
  if (entity === undefined) return rejected('signer_unknown');
  const fault = faultOfKeys(state, iss, body.use, [body.jwk]);
  if (fault !== undefined) return fault;
  const key: KeyRecord = {
    use: body.use,
    jwk: body.jwk,
    state: 'announced',
    announced_s: iat,
    activated_s: null,
    retired_s: null,
    revoked_s: null,
    expires_s: body.expires_s ?? null,
  };
  return withKeys(state, entity, [...entity.keys, key]);
}

export function activateKey(state: FoldState, { iss, iat, body }: EventOf<'key_activated'>): FoldState | Rejection {
  return changeKey(state, iss, body, (key) =>
    key.state === 'announced' ? { ...key, state: 'active', activated_s: iat } : rejected('key_state_wrong'),
  );
}

export function retireKey(state: FoldState, { iss, iat, body }: EventOf<'key_retired'>): FoldState | Rejection {
  const { kid } = body;
  const others = (state.entities.get(iss)?.keys ?? []).filter(
    (key) => key.use === 'registry' && key.state === 'active' && key.jwk.kid !== kid,
  );
  return changeKey(state, iss, body, (key) => {
    if (key.state !== 'active') return rejected('key_state_wrong');
    // A key of another use is never the last one: what signs this is left.
    return others.length === 0 ? rejected('key_last') : { ...key, state: 'retired', retired_s: iat };
  });
}

/** By the entity itself, or by the anchor where the entity has lost its key to somebody else. */
export function revokeKey(state: FoldState, { iss, iat, body }: EventOf<'key_revoked'>): FoldState | Rejection {
  if (iss !== body.entity_id && iss !== state.anchor) return rejected('role_not_entitled');
  if (!state.entities.has(body.entity_id)) return rejected('entity_unknown');
  return changeKey(state, body.entity_id, body, (key) =>
    key.state === 'revoked' ? rejected('key_state_wrong') : { ...key, ...revokedAt(iat) },
  );
}

function changeKey(
  state: FoldState,
  entityId: string,
  { use, kid }: { readonly use: RegistryKeyUse; readonly kid: string },
  change: (key: KeyRecord) => KeyRecord | Rejection,
): FoldState | Rejection {
  const entity = state.entities.get(entityId);
  const key = entity?.keys.find((candidate) => candidate.use === use && candidate.jwk.kid === kid);
  if (entity === undefined || key === undefined) return rejected('key_unknown');
  const changed = change(key);
  if ('rejected' in changed) return changed;
  return withKeys(
    state,
    entity,
    entity.keys.map((candidate) => (candidate === key ? changed : candidate)),
  );
}

function withKeys(state: FoldState, entity: EntityRecord, keys: readonly KeyRecord[]): FoldState {
  return { ...state, entities: withEntry(state.entities, entity.entity_id, { ...entity, keys }) };
}
