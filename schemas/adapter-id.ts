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

/** What an id says. */
export function adapterPlaceOf(id: AdapterId): { readonly province: ProvinceCode; readonly division?: string } {
  const [province = '', division] = id.split('/');
  const place = { province: provinceCodeSchema.parse(province) };
  return division === undefined ? place : { ...place, division };
}

/** A text as an id; null where it is none. */
export function adapterIdIn(text: string): AdapterId | null {
  const [province, division, ...more] = text.split('/');
  const { data } = placeSchema.safeParse(division === undefined ? { province } : { province, division });
  return data !== undefined && more.length === 0 && isWithinProvince(data) ? adapterIdOf(data) : null;
}

const placeSchema = z.strictObject({ province: provinceCodeSchema, division: divisionCodeSchema.exactOptional() });
