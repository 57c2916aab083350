import { z } from 'zod';
import { stallsSchema } from './observation.ts';

const figure = z.number();
const paceSchema = z.strictObject({
  arrived: z.int(),
  answered: figure,
  turned_away: z.int(),
  p50_ms: figure,
  p99_ms: figure,
});
const stateSchema = z.strictObject({
  resident_mb: figure,
  heap_mb: figure,
  event_loop_p99_ms: figure,
  event_loop_max_ms: figure,
});

/** What `npm run surge` prints. */
export const surgeResultSchema = z.strictObject({
  capacity_per_s: figure,
  at_rest: stateSchema.extend({ cpu_ms_per_s: figure }),
  at_70_percent: stateSchema.extend({ per_s: figure, ...paceSchema.shape, stalls: stallsSchema }),
  before: paceSchema,
  surge: paceSchema,
  after: paceSchema,
  recovered_ms: figure,
});
export type SurgeResult = z.infer<typeof surgeResultSchema>;
