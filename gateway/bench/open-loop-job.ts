import { z } from 'zod';

/**
 * What can be had together: `questions` to one node, those that come while others are under way; `signatures`, those of one
 * turn of the event loop.
 */
export const sharedSchema = z.enum(['questions', 'signatures']);
export type Shared = z.infer<typeof sharedSchema>;

/** Asking at a pace of its own, whatever becomes of what was asked before. */
export const openLoopJobSchema = z.strictObject({
  what: sharedSchema,
  /** Each by itself at once, or with others. */
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
  /** From asking until the question was written, or until the signed token was there. */
  waited: percentilesSchema,
  /** From when it was due to be asked until the answer was there. */
  answered: percentilesSchema,
  /** What a timer as short as the batcher's was late by, in the same process at the same time. */
  late: percentilesSchema,
  /** Requests, or signatures, that it took. */
  taken: z.int(),
});
export type OpenLoopTurn = z.infer<typeof openLoopTurnSchema>;
