import { z } from 'zod';
import { instantSchema } from './status.ts';
import { verificationReplySchema } from './verification.ts';

/** POST /v1/passes/revocations */
export const passRevocationSchema = z
  .strictObject({ pass: z.string().min(1).max(1024).meta({ description: 'the pass itself, compact JWS' }) })
  .meta({ id: 'PassRevocation' });

/** POST /v1/passes: the answer, and a pass where it is one. */
export const passReplySchema = z
  .strictObject({
    pass: z
      .string()
      .nullable()
      .meta({ description: 'compact JWS, typ recognition-pass+jwt; null unless the answer is pass' }),
    valid_until: instantSchema.nullable(),
    answer: verificationReplySchema,
  })
  .meta({ id: 'PassReply' });
export type PassReply = z.infer<typeof passReplySchema>;
