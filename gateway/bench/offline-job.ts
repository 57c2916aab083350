import { z } from 'zod';

/**
 * `answer`: a gateway's, to the anchor; `certificate-…`: one that a traveller carries; `signature-…`: the signature of that
 * one, and nothing else.
 */
export const verifiedSchema = z.enum([
  'answer',
  'certificate-es256',
  'certificate-ps256',
  'signature-es256',
  'signature-ps256',
]);
export type Verified = z.infer<typeof verifiedSchema>;

export const offlineJobSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('verify'),
    what: verifiedSchema,
    durationMs: z.number().positive(),
    most: z.int().positive().nullable(),
  }),
  z.strictObject({ kind: z.literal('routing'), rounds: z.int().positive() }),
]);
export type OfflineJob = z.infer<typeof offlineJobSchema>;

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
  ns_340: z.number(),
  ns_3400: z.number(),
  ratios: z.array(z.number()),
});
export type RoutingResult = z.infer<typeof routingResultSchema>;
