import { z } from 'zod';
import { timeSchema } from './observation.ts';
import { machineSchema } from './result.ts';

const figure = z.number().nonnegative();

/** What `bench --profile CASE --json` prints. */
export const profileResultSchema = z.strictObject({
  machine: machineSchema,
  node: z.string(),
  case: z.string(),
  connections: z.int(),
  /** Of all its servers together, while nobody watched. */
  cpu_us_per_op: figure,
  servers: z.array(
    z.strictObject({
      server: z.string(),
      per_op: z.strictObject({
        promises: figure,
        timers: figure,
        ticks: figure,
        garbage_bytes: figure,
        collecting_us: figure,
        other_resources: z.record(z.string(), figure),
      }),
      collections: z.int(),
      ...timeSchema.shape,
    }),
  ),
});
export type ProfileResult = z.infer<typeof profileResultSchema>;
