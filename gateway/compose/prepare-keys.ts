import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { RegistryJwk } from '../../schemas/registry-event.ts';
import type { FoldState } from '../registry/fold-state.ts';

interface Parts {
  readonly registry: { readonly folded: () => FoldState; readonly onChange: (listener: () => void) => () => void };
  /** Whether this node verifies what a province signs. */
  readonly isMet: (province: ProvinceCode) => boolean;
  readonly prepare: (jwk: RegistryJwk) => void;
}

/**
 * Makes ready the SM2 keys that provinces sign statements with, as the log has them and as it comes to have them: each takes
 * tens of milliseconds once, which the first question that meets it would wait for. One a turn, so that what is asked
 * meanwhile comes in between; where no province has such a key, nothing is done.
 */
export function prepareStatementKeys({ registry, isMet, prepare }: Parts): void {
  let seen: FoldState['entities'] = new Map();
  let turn: Promise<void> = Promise.resolve();
  const look = () => {
    const { entities } = registry.folded();
    const changed = [...entities].filter(([id, { keys }]) => seen.get(id)?.keys !== keys);
    seen = entities;
    for (const [, { province, keys }] of changed) {
      if (province === null || !isMet(province)) continue;
      for (const { use, state, jwk } of keys) {
        const counts = use === 'statement' && (state === 'announced' || state === 'active');
        if (counts && jwk.crv === 'SM2') turn = turn.then(() => inNextTurn(() => prepare(jwk)));
      }
    }
  };
  look();
  registry.onChange(look);
}

/** A key that cannot be made ready is refused where something is signed with it, and keeps no other one waiting. */
async function inNextTurn(work: () => void): Promise<void> {
  await nextTurn();
  try {
    work();
  } catch {}
}
