import { z } from 'zod';
import { divisionCodeSchema, type ProvinceCode, provinceCodeSchema, provinceOfDivision } from './code-lists/index.ts';

/**
 * Names one system whose codes are recognised: a province's own by the province alone, that of one of its prefectures or
 * counties with the division of GB/T 2260 behind it (`440000/440300`).
 */
export type AdapterId = ProvinceCode | `${ProvinceCode}/${string}`;

/** Where a system belongs to a part of its province alone; absent: it is the province's own. */
export const adapterDivisionSchema = divisionCodeSchema.meta({
  description: "the division below the province whose own system it is; absent: the whole province's",
});

/** What names a system in a manifest or an event. */
export interface AdapterPlace {
  readonly province: ProvinceCode;
  readonly division?: string | undefined;
}

export function adapterIdOf({ province, division }: AdapterPlace): AdapterId {
  return division === undefined ? province : `${province}/${division}`;
}

/** True for a division that is a part of that province, and not the province itself. */
export function isWithinProvince({ province, division }: AdapterPlace): boolean {
  return division === undefined || (division !== province && provinceOfDivision(division) === province);
}

/** What an id says; null where it is none. */
export function adapterPlaceIn(id: string): AdapterPlace | null {
  const [province, division, ...more] = id.split('/');
  const parsed = placeSchema.safeParse(division === undefined ? { province } : { province, division });
  return parsed.success && more.length === 0 && isWithinProvince(parsed.data) ? parsed.data : null;
}

const placeSchema = z.strictObject({
  province: provinceCodeSchema,
  division: divisionCodeSchema.exactOptional(),
});
