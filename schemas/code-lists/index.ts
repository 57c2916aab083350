import { z } from 'zod';
import { LEVELS, ROLES } from './authority.ts';
import { GROUNDS } from './grounds.ts';
import { LOCAL_STATES } from './local-states.ts';
import { PROVINCES } from './provinces.ts';
import { PURPOSES } from './purposes.ts';
import { REASON_USES, REASONS } from './reasons.ts';
import { VENUE_KINDS } from './venue-kinds.ts';

export { GROUNDS, LEVELS, LOCAL_STATES, PROVINCES, PURPOSES, REASON_USES, REASONS, ROLES, VENUE_KINDS };

/** A text in both languages that every person-facing answer carries. */
export const localisedTextSchema = z
  .strictObject({ zh: z.string().min(1).max(400), en: z.string().min(1).max(400) })
  .meta({ id: 'LocalisedText' });
export type LocalisedText = z.infer<typeof localisedTextSchema>;

export const provinceCodeSchema = z
  .literal(keysOf(PROVINCES))
  .meta({ id: 'ProvinceCode', description: 'GB/T 2260-2007' });
export const groundSchema = z.literal(keysOf(GROUNDS)).meta({ id: 'Ground' });
export const venueKindSchema = z.literal(keysOf(VENUE_KINDS)).meta({ id: 'VenueKind' });
export const purposeSchema = z.literal(keysOf(PURPOSES)).meta({ id: 'Purpose' });
export const reasonCodeSchema = z.literal(keysOf(REASONS)).meta({ id: 'ReasonCode' });
/** What reading a record may give as a reason. */
export const recordReasonSchema = z.literal(reasonsFrom('record')).meta({ id: 'RecordReason' });
/** Why a province gave no answer: with one of these nothing else is known. */
export const failureReasonSchema = z.literal(reasonsFrom('failure')).meta({ id: 'FailureReason' });
export const localStateSchema = z.literal(keysOf(LOCAL_STATES)).meta({ id: 'LocalState' });
export const levelSchema = z.literal(keysOf(LEVELS)).meta({ id: 'Level' });
export const roleSchema = z.literal(keysOf(ROLES)).meta({ id: 'Role' });

/** A division code of GB/T 2260: province, prefecture or county. */
export const divisionCodeSchema = z
  .string()
  .regex(/^\d{6}$/)
  .meta({ id: 'DivisionCode' });

export type ProvinceCode = z.infer<typeof provinceCodeSchema>;
/** Whose issuer passes questions on to nodes that their askers cannot reach. It has no venues of its own. */
export const NATIONAL_PLATFORM = '000000' satisfies ProvinceCode;
/** Whoever issues certificates abroad. Nobody is a destination there, and no record comes from there. */
export const ABROAD = '900000' satisfies ProvinceCode;
export type Ground = z.infer<typeof groundSchema>;
export type VenueKind = z.infer<typeof venueKindSchema>;
export type Purpose = z.infer<typeof purposeSchema>;
export type ReasonCode = z.infer<typeof reasonCodeSchema>;
export type RecordReason = z.infer<typeof recordReasonSchema>;
export type FailureReason = z.infer<typeof failureReasonSchema>;
export type LocalState = z.infer<typeof localStateSchema>;
export type Level = z.infer<typeof levelSchema>;
export type Role = z.infer<typeof roleSchema>;

/** The province of a GB/T 2260 division code, or null if no such province exists. */
export function provinceOfDivision(division: string): ProvinceCode | null {
  const parsed = provinceCodeSchema.safeParse(`${division.slice(0, 2)}0000`);
  return parsed.success ? parsed.data : null;
}

/** The keys of a closed list, for a schema of them. */
export function keysOf<T extends object>(list: T): [Extract<keyof T, string>, ...Extract<keyof T, string>[]] {
  const keys: Extract<keyof T, string>[] = [];
  for (const key in list) keys.push(key);
  const [first, ...rest] = keys;
  if (first === undefined) throw new Error('an empty code list');
  return [first, ...rest];
}

type Uses = typeof REASON_USES;
type ReasonFrom<Source> = { [Code in keyof Uses]: Uses[Code]['from'] extends Source ? Code : never }[keyof Uses];

function reasonsFrom<Source extends Uses[keyof Uses]['from']>(source: Source): ReasonFrom<Source>[] {
  const isFromThere = (code: keyof Uses): code is ReasonFrom<Source> => REASON_USES[code].from === source;
  return keysOf(REASON_USES).filter(isFromThere);
}
