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

/** A share of what the gateway bears, held for some seconds. */
const loadSchema = z.strictObject({
  share: figure,
  per_s: figure,
  answered_p99_ms: figure,
  late_p99_ms: figure,
  own_max_ms: figure,
});
const windowSchema = z.strictObject({ at_s: figure, per_s: figure, p99_ms: figure.nullable() });

/** What `npm run surge` prints. */
export const surgeResultSchema = z.strictObject({
  capacity_per_s: figure,
  at_rest: stateSchema.extend({ cpu_ms_per_s: figure }),
  at_70_percent: stateSchema.extend({ per_s: figure, ...paceSchema.shape, stalls: stallsSchema }),
  /** From little to 70 %. */
  loads: z.array(loadSchema),
  before: paceSchema,
  surge: paceSchema,
  after: paceSchema,
  recovered_ms: figure,
  /** Before, in and after the surge. */
  course: z.array(windowSchema),
});
export type SurgeResult = z.infer<typeof surgeResultSchema>;
