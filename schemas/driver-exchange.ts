import { z } from 'zod';
import { SCHEMA_RULES } from './texts/schema-faults.ts';

/** RFC 6901 JSON Pointer into a reply or record. */
export const pointerSchema = z
  .string()
  .max(256)
  .regex(/^(\/([^~/]|~[01])*)*$/)
  .meta({ id: 'JsonPointer', description: 'RFC 6901' });

/** A local scalar exactly as documented. Matching ignores only the difference between 1 and "1". */
export const localScalarSchema = z.union([z.string().max(200), z.int()]).meta({ id: 'LocalScalar' });
export type LocalScalar = z.infer<typeof localScalarSchema>;

export const pathSchema = z
  .string()
  .max(256)
  .regex(/^\/[A-Za-z0-9/_.-]*$/);
export const memberSchema = z.string().min(1).max(64);

const codesSchema = z.array(localScalarSchema).max(8);

/** HTTP statuses that say the same of every code when our access or the system is broken: they need the reply's word. */
const SAYS_LITTLE: ReadonlySet<number> = new Set([200, 401, 403, 429]);

/**
 * What an HTTP status means, alone or with a code in its body (`at`, `codes`): a system's 404, a SOAP fault on a 500. A
 * row with codes counts where its body bears one of them, and comes before a row without.
 */
export const statusOutcomeSchema = z
  .strictObject({
    status: z
      .int()
      .min(200)
      .max(599)
      .refine((status) => status < 300 || status > 399, SCHEMA_RULES.redirect_no_answer.en),
    means: z.enum(['expired', 'unknown', 'refused', 'busy']),
    at: pointerSchema.exactOptional(),
    codes: codesSchema.min(1).exactOptional(),
  })
  .refine(({ at, codes }) => (at === undefined) === (codes === undefined), SCHEMA_RULES.at_and_codes.en)
  .refine(
    ({ status, means, at }) => at !== undefined || means === 'refused' || means === 'busy' || isAboutTheCode(status),
    SCHEMA_RULES.status_of_outage.en,
  )
  .refine(({ status, at }) => status !== 200 || at !== undefined, SCHEMA_RULES.codes_of_200.en)
  .meta({ id: 'StatusOutcome' });
export type StatusOutcome = z.infer<typeof statusOutcomeSchema>;

function isAboutTheCode(status: number): boolean {
  return status < 500 && !SAYS_LITTLE.has(status);
}

/**
 * Which reply codes mean what, the same for every driver. What is not listed is an upstream error, never an answer. 401
 * and 403 mean `refused`, 429 and 503 `busy`, unless a row of `by_status` says otherwise.
 */
export const outcomeSchema = z
  .strictObject({
    at: pointerSchema,
    found: codesSchema.min(1),
    expired: codesSchema,
    unknown: codesSchema,
    refused: codesSchema
      .optional()
      .meta({ description: 'the system refuses us as a caller: our credentials are wrong, whatever the code' }),
    busy: codesSchema
      .exactOptional()
      .meta({ description: 'the system is asked too much, or asks to come back later: it is asked less from then on' }),
    by_status: z.array(statusOutcomeSchema).min(1).max(8).exactOptional(),
  })
  .meta({ id: 'Outcome' });
export type Outcome = z.infer<typeof outcomeSchema>;

/** Encodings that a manifest may declare; GB2312 and GBK are parts of GB18030. */
export const charsetSchema = z.enum(['UTF-8', 'GBK', 'GB18030']).meta({ id: 'Charset' });
export type Charset = z.infer<typeof charsetSchema>;

/**
 * What every driver's settings say about question and reply.
 *
 * The code goes into `code_member`, the constants of `fields` beside it; `within` is the object in which they stand. A
 * form has no objects: there the first step of `within` is a field whose value is JSON. Constants name no venue and no
 * person.
 *
 * `json_strings` are members of the reply whose value is JSON as a string; they are opened in this order, and every
 * pointer reaches into them. `charset` is what a reply is encoded in where it does not say so itself; one that says
 * something else is refused. Absent: UTF-8.
 */
export const exchange = {
  path: pathSchema,
  code_member: memberSchema,
  within: pointerSchema.min(2).exactOptional(),
  fields: z
    .array(z.strictObject({ name: memberSchema, value: z.string().max(200) }))
    .max(8)
    .exactOptional(),
  outcome: outcomeSchema,
  record_at: pointerSchema,
  json_strings: z.array(pointerSchema.min(2)).min(1).max(4).exactOptional(),
  charset: charsetSchema.exactOptional(),
};
