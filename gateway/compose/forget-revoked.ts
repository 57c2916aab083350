import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { FoldState, KeyRecord } from '../registry/fold-state.ts';

interface Parts {
  readonly registry: { readonly folded: () => FoldState; readonly onChange: (listener: () => void) => () => void };
  /** Answers that lean on a revoked key must not be given from a cache. */
  readonly forgetProvince: (province: ProvinceCode) => Promise<void>;
}

/** Drops what the caches hold of a province as soon as the log revokes one of its statement keys. */
export function forgetRevoked({ registry, forgetProvince }: Parts): () => void {
  const seen = new Map<string, readonly KeyRecord[]>();
  const look = () => {
    for (const { entity_id, province, keys } of registry.folded().entities.values()) {
      // A state shares what an event left alone, so the same array is the same keys.
      if (province === null || seen.get(entity_id) === keys) continue;
      const before = revokedOf(seen.get(entity_id) ?? []);
      seen.set(entity_id, keys);
      if (revokedOf(keys) > before) void forgetProvince(province);
    }
  };
  look();
  return registry.onChange(look);
}

function revokedOf(keys: readonly KeyRecord[]): number {
  return keys.filter(({ use, state }) => use === 'statement' && state === 'revoked').length;
}
