import { z } from 'zod';

/** One run of offline verifications, one after another. */
export const offlineResultSchema = z.strictObject({
  operations: z.int(),
  elapsedMs: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  cpuUs: z.number(),
});

/** Nanoseconds to find a code's system among so many manifests. */
export const routingResultSchema = z.strictObject({
  ns_34: z.number(),
  ns_3400: z.number(),
  ratios: z.array(z.number()),
});
export type RoutingResult = z.infer<typeof routingResultSchema>;
