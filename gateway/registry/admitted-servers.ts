import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { FoldState } from './fold-state.ts';
import { isAdmitted } from './fold-subordinates.ts';

type Vouching = Pick<FoldState, 'anchor' | 'entities' | 'subordinates'>;

/** The venues' authorization servers that the log vouches for. */
export interface AdmittedServers {
  /** The province that admitted a server; null where the log does not vouch for it now. */
  readonly provinceOf: (issuer: string) => ProvinceCode | null;
  /** The servers of a province, in the order of their identifiers. */
  readonly of: (province: ProvinceCode) => readonly string[];
}

/** The servers as the registry has them now: one that was removed is nobody's at once. */
export function admittedServers(folded: () => Vouching): AdmittedServers {
  let read: Vouching | null = null;
  const servers = new Map<ProvinceCode, readonly string[]>();
  const provinceIn = (state: Vouching, issuer: string): ProvinceCode | null => {
    const record = state.subordinates.get(issuer);
    return record?.kind === 'authorization_server' && isAdmitted(state, issuer) ? record.province : null;
  };
  const look = () => {
    const state = folded();
    // A state shares what an event left alone, so the same maps are the same entities.
    if (state.subordinates === read?.subordinates && state.entities === read.entities) return;
    read = state;
    servers.clear();
    for (const issuer of [...state.subordinates.keys()].sort()) {
      const province = provinceIn(state, issuer);
      if (province !== null) servers.set(province, [...(servers.get(province) ?? []), issuer]);
    }
  };
  return {
    provinceOf: (issuer) => provinceIn(folded(), issuer),
    of: (province) => {
      look();
      return servers.get(province) ?? [];
    },
  };
}
