import { z } from 'zod';

/** Questions to one node at a pace of their own, whatever becomes of those before them. */
export const openLoopJobSchema = z.strictObject({
  /** Each by itself at once, or with those that come while others are under way. */
  way: z.enum(['alone', 'together']),
  perSecond: z.number().positive(),
  durationMs: z.number().positive(),
  seed: z.int(),
});
export type OpenLoopJob = z.infer<typeof openLoopJobSchema>;

const percentilesSchema = z.strictObject({ p50: z.number(), p99: z.number() });
export type Percentiles = z.infer<typeof percentilesSchema>;

/** All in milliseconds. */
export const openLoopTurnSchema = z.strictObject({
  asked: z.int(),
  /** Turned away or not answered. */
  failed: z.int(),
  /** From asking until the request was written. */
  waited: percentilesSchema,
  /** From when the question was due until its answer was there. */
  answered: percentilesSchema,
  /** What a timer as short as the batcher's was late by, in the same process at the same time. */
  late: percentilesSchema,
  requests: z.int(),
});
export type OpenLoopTurn = z.infer<typeof openLoopTurnSchema>;
