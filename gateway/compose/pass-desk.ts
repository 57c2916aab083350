import { join } from 'node:path';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { Passes } from '../trust/passes.ts';
import type { Hosting } from './hosting.ts';

/** The passes of every gateway that this node answers as, by the province of the gateway. */
export interface PassDesk {
  readonly of: (destination: ProvinceCode) => Passes | null;
  readonly all: readonly { readonly entityId: string; readonly passes: Passes }[];
  readonly statusLists: () => Promise<Record<string, string>>;
  readonly close: () => void;
}

/** Opens one desk for all gateways of a data directory: an index is given out once, whoever signs for it. */
export function openPassDesk(dataDir: string, gateways: () => Hosting['gateways'], nowS: () => number): PassDesk {
  const opened = new Map<ProvinceCode, Passes>();
  const of = (destination: ProvinceCode) => {
    const known = opened.get(destination);
    const gateway = gateways().get(destination);
    if (known !== undefined || gateway === undefined) return known ?? null;
    const { entityId, attestationKeys } = gateway;
    const passes = new Passes({
      entityId,
      path: join(dataDir, 'passes.sqlite'),
      signer: () => attestationKeys.signer,
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
    close: () => {
      for (const passes of opened.values()) passes.close();
    },
  };
}
