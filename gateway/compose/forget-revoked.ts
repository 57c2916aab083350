import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { FoldState, KeyRecord, PublishedRecord } from '../registry/fold-state.ts';

interface Parts {
  readonly registry: { readonly folded: () => FoldState; readonly onChange: (listener: () => void) => () => void };
  /** Answers that lean on a revoked key must not be given from a cache. */
  readonly forgetProvince: (province: ProvinceCode) => Promise<void>;
}

/**
 * Drops what the caches hold of a province as soon as the log revokes one of its statement keys, or ends one of an issuer
 * of its before that key's time: nobody verifies any more what either has signed.
 */
export function forgetRevoked({ registry, forgetProvince }: Parts): () => void {
  const areRevoked = watchKeys(isRevoked);
  const areEnded = watchKeys(isEndedEarly);
  const look = () => {
    const { entities, subordinates } = registry.folded();
    for (const { entity_id, province, keys } of entities.values()) {
      if (province !== null && areRevoked(entity_id, keys)) void forgetProvince(province);
    }
    for (const { entity_id, kind, province, published } of subordinates.values()) {
      if (kind === 'issuer' && province !== null && areEnded(entity_id, published)) void forgetProvince(province);
    }
  };
  look();
  return registry.onChange(look);
}

/** Tells of an entity's keys whether more of them are over than when they were last looked at. */
function watchKeys<Key>(isOver: (key: Key) => boolean): (entityId: string, keys: readonly Key[]) => boolean {
  const seen = new Map<string, readonly Key[]>();
  const overIn = (keys: readonly Key[]) => keys.filter(isOver).length;
  return (entityId, keys) => {
    const before = seen.get(entityId) ?? [];
    // A state shares what an event left alone, so the same array is the same keys.
    if (before === keys) return false;
    seen.set(entityId, keys);
    return overIn(keys) > overIn(before);
  };
}

function isRevoked({ use, state }: KeyRecord): boolean {
  return use === 'statement' && state === 'revoked';
}

/** One that was rotated out is given up when its own end has come, and one that was revoked at once. */
function isEndedEarly({ ends_s, ended_s }: PublishedRecord): boolean {
  return ended_s !== null && ended_s < (ends_s ?? Number.POSITIVE_INFINITY);
}
