import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { FoldState, KeyRecord } from '../registry/fold-state.ts';
import { keyLifeOf } from '../trust/key-lifecycle.ts';
import type { Trust } from './open-trust.ts';

interface Parts {
  readonly registry: { readonly folded: () => FoldState; readonly onChange: (listener: () => void) => () => void };
  readonly trust: Pick<Trust, 'noteLoggedKeys'>;
  /** Answers that lean on a revoked key must not be given from a cache. */
  readonly forgetProvince: (province: ProvinceCode) => Promise<void>;
}

/**
 * Makes the log's word on provinces' statement keys count, now and after every change: a key that an event revokes
 * stops verifying from that event's time, and every cache that leans on it drops at once.
 */
export function followLoggedKeys({ registry, trust, forgetProvince }: Parts): () => void {
  const seen = new Map<string, readonly KeyRecord[]>();
  const look = () => {
    for (const { entity_id, province, keys } of registry.folded().entities.values()) {
      // A state shares what an event left alone, so the same array is the same keys.
      if (province === null || seen.get(entity_id) === keys) continue;
      const before = revokedOf(seen.get(entity_id) ?? []);
      seen.set(entity_id, keys);
      const statements = keys.filter(({ use }) => use === 'statement');
      if (statements.length === 0) continue;
      trust.noteLoggedKeys(province, statements.map(keyLifeOf));
      if (revokedOf(statements) > before) void forgetProvince(province);
    }
  };
  look();
  return registry.onChange(look);
}

function revokedOf(keys: readonly KeyRecord[]): number {
  return keys.filter(({ use, state }) => use === 'statement' && state === 'revoked').length;
}
