import { z } from 'zod';
import { localisedTextSchema, provinceOfDivision, purposeSchema, venueKindSchema } from './code-lists/index.ts';
import { entityIdSchema, instantSchema } from './status.ts';

/** A mandate is renewed, never open-ended: at most this many days at a time. */
export const MANDATE_MAX_DAYS = 30;
const DAY_MS = 86_400_000;

/**
 * Whose codes may be checked. `any_traveller` covers everybody at the door; the others only the "special people" of
 * the December 2020 notice. No scan says whom the venue has before it, so that the registry refuses a mandate for them
 * alone: it would be in force and permit nothing.
 */
export const HOLDER_CLASSES = {
  any_traveller: { zh: '跨省人员', en: 'Any traveller from another province' },
  entrant_from_abroad: { zh: '入境人员', en: 'Entrant from abroad' },
  risk_area_traveller: { zh: '中高风险地区来返人员', en: 'Traveller from a medium- or high-risk area' },
} as const;
export const holderClassSchema = z
  .literal(['any_traveller', 'entrant_from_abroad', 'risk_area_traveller'])
  .meta({ id: 'HolderClass' });

/** A province (2 digits), prefecture (4) or county (6) of GB/T 2260. The national platform is no place to check at. */
export const regionPrefixSchema = z
  .string()
  .regex(/^(\d{2}|\d{4}|\d{6})$/)
  .refine((prefix) => !prefix.startsWith('00') && provinceOfDivision(prefix) !== null, {
    error: 'no such region in GB/T 2260',
  })
  .meta({ id: 'RegionPrefix' });

/** Who may see statement and findings of unsubstantiated answers: an entity and its key (RFC 7638 thumbprint). */
export const auditorSchema = z
  .strictObject({ id: entityIdSchema, jkt: z.string().regex(/^[A-Za-z0-9_-]{43}$/) })
  .meta({ id: 'Auditor' });
export type Auditor = z.infer<typeof auditorSchema>;

export const mandateIdSchema = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
  .max(80)
  .meta({ id: 'MandateId' });

/**
 * A permission to check codes: the legal instrument, where, at which kinds of venue, for what, whose codes, until
 * when. `valid_until` is exclusive. `supersedes` ends an earlier mandate the moment this one starts.
 */
export const mandateSchema = z
  .strictObject({
    id: mandateIdSchema,
    instrument: z.strictObject({ title: localisedTextSchema, citation: z.string().min(1).max(300) }),
    issued_by: entityIdSchema,
    regions: z.array(regionPrefixSchema).min(1).max(400),
    venue_kinds: z.array(venueKindSchema).min(1).max(32),
    purposes: z.array(purposeSchema).min(1).max(16),
    holder_classes: z.array(holderClassSchema).min(1).max(8),
    auditors: z.array(auditorSchema).max(16),
    valid_from: instantSchema,
    valid_until: instantSchema,
    supersedes: mandateIdSchema.optional(),
  })
  .refine(({ valid_from, valid_until }) => Date.parse(valid_until) > Date.parse(valid_from), {
    error: 'valid_until must follow valid_from',
  })
  .refine(
    ({ valid_from, valid_until }) => Date.parse(valid_until) - Date.parse(valid_from) <= MANDATE_MAX_DAYS * DAY_MS,
    { error: `a mandate runs at most ${MANDATE_MAX_DAYS} days` },
  )
  .refine(({ id, supersedes }) => id !== supersedes, { error: 'a mandate cannot supersede itself' })
  .meta({ id: 'Mandate' });
export type Mandate = z.infer<typeof mandateSchema>;
