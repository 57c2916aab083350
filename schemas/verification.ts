import { z } from 'zod';
import { localisedTextSchema, provinceCodeSchema, purposeSchema, reasonCodeSchema } from './code-lists/index.ts';
import { problemSchema } from './problem.ts';
import { remedySchema } from './remedy.ts';
import { SCANNED_TEXT_RULE } from './scanned-text.ts';
import { assuranceSchema, decisionSchema, instantSchema, provenanceSchema, statusSchema } from './status.ts';
import { tokenFormsSchema } from './token-form.ts';

/** A code longer than this is no code of any system we know. In UTF-16 units, as JSON strings are counted here. */
export const MAX_CODE_LENGTH = 4096;
export const MAX_BATCH_ITEMS = 100;

/** POST /v1/verifications */
export const verificationRequestSchema = z
  .strictObject({
    code: z.string().min(1).max(MAX_CODE_LENGTH).meta({ description: SCANNED_TEXT_RULE }),
    purpose: purposeSchema,
    nonce: z
      .string()
      .regex(/^[\x21-\x7e]{1,128}$/)
      .optional()
      .meta({ description: 'returned inside the attestation' }),
    forms: tokenFormsSchema
      .exactOptional()
      .meta({ description: 'the forms that the venue takes of whatever is signed for it, attestation and evidence' }),
  })
  .meta({ id: 'VerificationRequest' });
export type VerificationRequest = z.infer<typeof verificationRequestSchema>;

/** Why, as a closed code with its text in both languages. */
export const reasonSchema = z
  .strictObject({ code: reasonCodeSchema, text: localisedTextSchema })
  .meta({ id: 'Reason' });

/** The reply to one verification: 200 whenever the question was allowed and understood, whatever the answer. */
export const verificationReplySchema = z
  .strictObject({
    status: statusSchema,
    decision: decisionSchema,
    issuer: z.strictObject({ province: provinceCodeSchema, name: localisedTextSchema }),
    destination: provinceCodeSchema,
    reasons: z.array(reasonSchema).min(1).max(8),
    status_as_of: instantSchema.nullable(),
    age_s: z.int().min(0).nullable(),
    stale: z.boolean(),
    provenance: provenanceSchema.nullable(),
    assurance: assuranceSchema,
    remedy: remedySchema.nullable(),
    attestation: z.string().max(4096),
    evidence: z.array(z.string().max(16384)).max(4),
    holder_binding: z.literal('identity_document').exactOptional().meta({
      description:
        'a certificate from abroad names somebody and does not show who holds it: look at an identity document before letting anybody in',
    }),
  })
  .meta({ id: 'VerificationReply' });
export type VerificationReply = z.infer<typeof verificationReplySchema>;

/** POST /v1/verifications/batch: order kept, each item its own outcome or problem. */
export const batchRequestSchema = z
  .strictObject({ items: z.array(verificationRequestSchema).min(1).max(MAX_BATCH_ITEMS) })
  .meta({ id: 'BatchRequest' });
/** What of a batch can fail as a whole: an item that is not as documented is a problem in its own place. */
export const batchFrameSchema = z.strictObject({ items: z.array(z.unknown()).min(1).max(MAX_BATCH_ITEMS) });
export const batchReplySchema = z
  .strictObject({ results: z.array(z.union([verificationReplySchema, problemSchema])).max(MAX_BATCH_ITEMS) })
  .meta({ id: 'BatchReply' });
export type BatchReply = z.infer<typeof batchReplySchema>;
