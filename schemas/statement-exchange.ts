import { z } from 'zod';
import { failureReasonSchema, purposeSchema, recordReasonSchema } from './code-lists/index.ts';
import { problemSchema } from './problem.ts';
import { entityIdSchema, numericDateSchema } from './status.ts';
import { tokenFormsSchema } from './token-form.ts';
import { MAX_CODE_LENGTH } from './verification.ts';

/** JWS `typ` of what a gateway proves itself with to another province's node. */
export const NODE_TOKEN_TYP = 'node-token+jwt';
export const NODE_TOKEN_LIFETIME_S = 60;
export const MAX_NODE_TOKEN_LENGTH = 2048;

/** JWS `typ` of what a node answers. */
export const STATEMENT_ANSWER_TYP = 'statement-answer+jwt';
export const STATEMENT_ANSWER_LIFETIME_S = 60;
export const MAX_STATEMENT_ANSWER_LENGTH = 4096;

/** How many nodes a question may pass through; counted in this header. */
export const HOPS_HEADER = 'huren-hops';
export const MOST_HOPS = 3;
/** How long whoever asks goes on waiting, in milliseconds. */
export const WITHIN_HEADER = 'huren-within-ms';

const sha256Schema = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const nonceSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{22,64}$/)
  .meta({ description: 'at least 16 random octets in base64url, never used before' });

/**
 * POST /v1/statements: about a code, or about the record that another province's record refers to. Nothing else is
 * told: not the venue, its kind or its region.
 */
export const statementRequestSchema = z
  .strictObject({
    code: z.string().min(1).max(MAX_CODE_LENGTH).exactOptional().meta({ description: 'what the scanner read' }),
    reference: z
      .string()
      .min(1)
      .max(512)
      .exactOptional()
      .meta({ description: 'in place of a code: the reference that a pushed status names' }),
    purpose: purposeSchema,
    nonce: nonceSchema,
    forms: tokenFormsSchema.exactOptional().meta({ description: 'the forms of a statement that the asker takes' }),
  })
  .refine(({ code, reference }) => (code === undefined) !== (reference === undefined), {
    error: 'either a code or a reference',
    path: ['code'],
  })
  .meta({ id: 'StatementRequest' });
export type StatementRequest = z.infer<typeof statementRequestSchema>;

/** The signed answer, and the statement whose digest it carries. */
export const statementReplySchema = z
  .strictObject({
    answer: z.string().max(MAX_STATEMENT_ANSWER_LENGTH),
    statement: z.string().max(16_384).exactOptional(),
  })
  .meta({ id: 'StatementReply' });
export type StatementReply = z.infer<typeof statementReplySchema>;

/** Most questions that travel together. */
export const MOST_STATEMENT_ITEMS = 64;
const itemIndexSchema = z
  .int()
  .min(0)
  .max(MOST_STATEMENT_ITEMS - 1)
  .meta({ description: 'which item of the request' });

/** POST /v1/statements/batch: questions that travel together, each with a nonce and an outcome of its own. */
export const statementBatchRequestSchema = z
  .strictObject({ items: z.array(statementRequestSchema).min(1).max(MOST_STATEMENT_ITEMS) })
  .meta({ id: 'StatementBatchRequest' });
/** What of a batch can fail as a whole: an item that is not as documented is a problem in its own line. */
export const statementBatchFrameSchema = z.strictObject({
  items: z.array(z.unknown()).min(1).max(MOST_STATEMENT_ITEMS),
});

/** One line of the reply to a batch, as soon as its item is decided: lines come in any order, one for each item. */
export const statementBatchLineSchema = z
  .union([
    z.strictObject({ index: itemIndexSchema, ...statementReplySchema.shape }),
    z.strictObject({ index: itemIndexSchema, problem: problemSchema }),
  ])
  .meta({ id: 'StatementBatchLine' });
export type StatementBatchLine = z.infer<typeof statementBatchLineSchema>;

/** What came of a question: absence, failure and "not ours" are answers of their own, each of them signed. */
const outcomes = {
  /** `reasons` and `local_ground_only`: what translating the record told beside the claims; no other reason is a node's to give. */
  statement: {
    outcome: z.literal('statement'),
    statement_digest: sha256Schema,
    reasons: z.array(recordReasonSchema).max(8),
    local_ground_only: z.boolean(),
  },
  absent: { outcome: z.literal('absent'), why: z.enum(['expired', 'unknown']) },
  /** `retry_after_s`: as the system asks for; null where it does not say. */
  busy: { outcome: z.literal('busy'), retry_after_s: z.int().min(0).max(600).nullable() },
  unavailable: { outcome: z.literal('unavailable'), reasons: z.array(failureReasonSchema).min(1).max(8) },
  not_ours: { outcome: z.literal('not_ours') },
} as const;

/** `question`: base64url SHA-256 over nonce, purpose and what was asked about, so that it answers no other question. */
const bound = {
  iss: entityIdSchema,
  aud: entityIdSchema,
  iat: numericDateSchema,
  exp: numericDateSchema,
  nonce: nonceSchema,
  question: sha256Schema,
} as const;

export const statementOutcomeSchema = z.discriminatedUnion('outcome', [
  z.strictObject(outcomes.statement),
  z.strictObject(outcomes.absent),
  z.strictObject(outcomes.busy),
  z.strictObject(outcomes.unavailable),
  z.strictObject(outcomes.not_ours),
]);
export type StatementOutcome = z.infer<typeof statementOutcomeSchema>;

/** Claims of a statement answer. */
export const statementAnswerSchema = z
  .discriminatedUnion('outcome', [
    z.strictObject({ ...bound, ...outcomes.statement }),
    z.strictObject({ ...bound, ...outcomes.absent }),
    z.strictObject({ ...bound, ...outcomes.busy }),
    z.strictObject({ ...bound, ...outcomes.unavailable }),
    z.strictObject({ ...bound, ...outcomes.not_ours }),
  ])
  .meta({ id: 'StatementAnswer' });
export type StatementAnswer = z.infer<typeof statementAnswerSchema>;

/**
 * Claims of a node token: which gateway asks which issuer. `question`: it is good for the question of that digest alone, so
 * that a node which relays it cannot ask anything else in the gateway's name.
 */
export const nodeTokenClaimsSchema = z
  .strictObject({
    iss: entityIdSchema,
    aud: entityIdSchema,
    iat: numericDateSchema,
    exp: numericDateSchema,
    jti: z.string().min(16).max(64),
    question: sha256Schema.exactOptional(),
  })
  .meta({ id: 'NodeTokenClaims' });
export type NodeTokenClaims = z.infer<typeof nodeTokenClaimsSchema>;
