import { z } from 'zod';
import { CredentialError } from './credential-error.ts';
import type { CertifiedKind } from './credential-trust.ts';

/**
 * EU DCC payload, schema versions 1.0.0 to 1.3.3 (eu-dcc-schema, cited): what all of these versions ask for, so that a
 * certificate of any of them is read, and one that none of them allows is not.
 */
const textSchema = z.string().max(200);
const transliteratedSchema = z
  .string()
  .max(80)
  .regex(/^[A-Z<]*$/);
/** Of its form alone: issuers have written the 17th month, and what a date comes to is for the rules to say. */
const dateSchema = z.string().regex(/^\d{4}-\d\d-\d\d(T.{1,30})?$/);
const dateTimeSchema = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d/);
/** Of the year, of the month or of the day, or nothing: what is known of it. */
const birthSchema = z.string().regex(/^((19|20)\d\d(-\d\d){0,2}(T00:00:00)?)?$/);
/** Before 1.3.0 the doses of one course stood beside one another. */
const SEVERAL_ENTRIES = /^1\.[0-2]\./;
const MAX_ENTRIES = 8;
const doseSchema = z.int().min(0).max(99);

const nameSchema = z
  .looseObject({
    fn: textSchema.optional(),
    fnt: transliteratedSchema.optional(),
    gn: textSchema.optional(),
    gnt: transliteratedSchema.optional(),
  })
  .refine(({ fnt, gnt }) => fnt !== undefined || gnt !== undefined)
  // A name that is written and stands empty in the passport's alphabet can be held against no passport.
  .refine(({ fn, fnt, gn, gnt }) => !(isWritten(fn) && fnt === '') && !(isWritten(gn) && gnt === ''));

const entryMembers = { tg: textSchema, co: z.string().max(10), is: textSchema, ci: textSchema };
const vaccinationSchema = z.looseObject({
  ...entryMembers,
  vp: textSchema,
  mp: textSchema,
  ma: textSchema,
  dn: doseSchema,
  sd: doseSchema,
  dt: dateSchema,
});
const testSchema = z.looseObject({
  ...entryMembers,
  tt: textSchema,
  nm: textSchema.nullish(),
  ma: textSchema.nullish(),
  sc: dateTimeSchema,
  tr: textSchema,
  tc: textSchema.nullish(),
});
const recoverySchema = z.looseObject({ ...entryMembers, fr: dateSchema, df: dateSchema, du: dateSchema });

const payloadSchema = z.looseObject({
  ver: z.string().regex(/^1\.\d+\.\d+$/),
  nam: nameSchema,
  dob: birthSchema,
  v: z.array(vaccinationSchema).max(MAX_ENTRIES).nullish(),
  t: z.array(testSchema).max(MAX_ENTRIES).nullish(),
  r: z.array(recoverySchema).max(MAX_ENTRIES).nullish(),
});

/**
 * What a DCC certifies: events of exactly one kind, and exactly one since version 1.3.0; of somebody who was born when it
 * was issued (`issuedS` in epoch seconds, null where it does not say). Throws `content_malformed`.
 */
export function dccContent(payload: unknown, issuedS: number | null): CertifiedKind {
  const parsed = payloadSchema.safeParse(payload);
  if (!parsed.success) throw malformed();
  const { v, t, r, ver, dob } = parsed.data;
  const kinds = [
    ...(v ?? []).map(() => 'vaccination' as const),
    ...(t ?? []).map(() => 'test' as const),
    ...(r ?? []).map(() => 'recovery' as const),
  ];
  const [kind, ...others] = kinds;
  if (kind === undefined || others.some((other) => other !== kind)) throw malformed();
  if (others.length > 0 && !SEVERAL_ENTRIES.test(ver)) throw malformed();
  if (issuedS !== null && Date.parse(dob) > issuedS * 1000) throw malformed();
  return kind;
}

function isWritten(name: string | undefined): boolean {
  return name !== undefined && name.trim() !== '';
}

function malformed(): CredentialError {
  return new CredentialError('content_malformed', 'no DCC of versions 1.0.0 to 1.3.3');
}
