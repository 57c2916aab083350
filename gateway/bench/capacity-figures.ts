import { z } from 'zod';
import { growthResultSchema } from './growth-result.ts';
import { openLoopResultSchema } from './open-loop-result.ts';
import { benchResultSchema } from './result.ts';
import { surgeResultSchema } from './surge-result.ts';
import { sweepResultSchema } from './sweep-result.ts';

/** deploy/capacity.json: what the benchmark printed, from which deploy/capacity.md and its plots are written. */
export const capacityFiguresSchema = z.strictObject({
  measured_on: z.iso.date(),
  /** With the figures of the log. */
  bench: benchResultSchema,
  sweep: sweepResultSchema,
  open_loop: openLoopResultSchema,
  growth: growthResultSchema,
  surge: surgeResultSchema,
});
export type CapacityFigures = z.infer<typeof capacityFiguresSchema>;
