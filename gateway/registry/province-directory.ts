import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { ProvinceDirectory } from '../trust/province-trust.ts';
import type { FoldState } from './fold-state.ts';

/** The directory as the registry has it now: provinces that are enrolled, by what their enrolment says. */
export function registeredProvinces(folded: () => Pick<FoldState, 'entities'>): ProvinceDirectory {
  let read: FoldState['entities'] | null = null;
  const ids = new Map<ProvinceCode, string>();
  const provinces = new Map<string, ProvinceCode>();
  const look = () => {
    const { entities } = folded();
    // A state shares what an event left alone, so the same map is the same entities.
    if (entities === read) return;
    read = entities;
    ids.clear();
    provinces.clear();
    for (const { entity_id, role, province, state } of entities.values()) {
      if (role !== 'province' || province === null || state !== 'enrolled') continue;
      ids.set(province, entity_id);
      provinces.set(entity_id, province);
    }
  };
  return {
    entityIds: () => {
      look();
      return [...ids.values()];
    },
    entityIdOf: (province) => {
      look();
      return ids.get(province) ?? null;
    },
    provinceOf: (entityId) => {
      look();
      return provinces.get(entityId) ?? null;
    },
  };
}
