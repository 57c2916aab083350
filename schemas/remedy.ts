import { z } from 'zod';
import { localisedTextSchema } from './code-lists/index.ts';

/** Where a holder turns when a status is wrong, and how long the body has to answer (null where no limit is published). */
export const remedySchema = z
  .strictObject({
    authority: localisedTextSchema,
    phone: z
      .string()
      .regex(/^[0-9-]{3,20}$/)
      .nullable(),
    url: z.url().max(512).nullable(),
    within_hours: z.int().min(1).max(720).nullable(),
  })
  .meta({ id: 'Remedy' });
export type Remedy = z.infer<typeof remedySchema>;
