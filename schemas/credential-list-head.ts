import { z } from 'zod';
import { instantSchema } from './status.ts';

/** What every signed document about certificates says of itself. A later one has a greater `sequence`. */
export const listHeadSchema = z.strictObject({
  sequence: z.int().min(1),
  issued_at: instantSchema,
  next_update: instantSchema.meta({
    description: 'from then on nobody can tell: what it lists is neither good nor bad',
  }),
});
export type ListHead = z.infer<typeof listHeadSchema>;
