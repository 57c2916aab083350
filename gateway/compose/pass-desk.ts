import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { PassBasis, PassStore } from '../passes/pass-store.ts';
import { Passes } from '../passes/passes.ts';
import { mandateStands } from '../policy/mandates.ts';
import type { RegistryState } from '../registry/registry-state.ts';
import type { StoreWatch } from '../stores/store-watch.ts';
import type { Hosting } from './hosting.ts';

/** The passes of every gateway that this node answers as, by the province of the gateway. */
export interface PassDesk {
  readonly of: (destination: ProvinceCode) => Passes | null;
  readonly all: readonly { readonly entityId: string; readonly passes: Passes }[];
  readonly statusLists: () => Promise<Record<string, string>>;
  /** Withdraws what stands on a province's word about a handle, or with null on its word at all. Throws StoreError. */
  readonly withdrawAbout: (province: ProvinceCode, handle: string | null) => Promise<void>;
}

interface Parts {
  readonly store: StoreWatch<PassStore>;
  readonly gateways: () => Hosting['gateways'];
  readonly registry: () => RegistryState;
  readonly nowS: () => number;
}

/** One desk for all gateways of a node: an index is given out once, whoever signs for it. */
export function openPassDesk({ store, gateways, registry, nowS }: Parts): PassDesk {
  const stands = ({ province, mandate }: PassBasis) => {
    const { provinces, suspended, mandates } = registry();
    // Which of a province's systems a pass stands on is not kept: while one of them is stopped, none of them is believed.
    const isBelieved = provinces.has(province) && !suspended.has(province);
    return isBelieved && mandateStands(mandates, mandate, nowS() * 1000);
  };
  const opened = new Map<ProvinceCode, Passes>();
  const of = (destination: ProvinceCode) => {
    const known = opened.get(destination);
    const gateway = gateways().get(destination);
    if (known !== undefined || gateway === undefined) return known ?? null;
    const { entityId, attestationKeys } = gateway;
    const passes = new Passes({
      entityId,
      store,
      signer: () => attestationKeys.signer,
      jwks: () => ({ keys: [...attestationKeys.publicKeys] }),
      stands,
      nowS,
    });
    opened.set(destination, passes);
    return passes;
  };
  const all = () =>
    [...gateways().values()].flatMap(({ entityId, province }) => {
      const passes = of(province);
      return passes === null ? [] : [{ entityId, passes }];
    });
  return {
    of,
    get all() {
      return all();
    },
    statusLists: async () => {
      const lists = await Promise.all(all().map(({ passes }) => passes.statusLists()));
      return Object.assign({}, ...lists);
    },
    withdrawAbout: (province, handle) => store.use((passes) => passes.withdrawAbout(province, handle)),
  };
}
