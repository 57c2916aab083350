import { z } from 'zod';
import { verifySm2 } from '../trust/sm2.ts';
import { trustBundleSchema } from '../trust/trust-bundle.ts';
import { verifyAttestation } from '../trust/verify-attestation.ts';
import { serveBench } from './child-side.ts';
import { offlineResultSchema, routingResultSchema } from './offline-job.ts';
import { measureRouting } from './routing.ts';
import { percentile } from './statistics.ts';

const settingsSchema = z.strictObject({
  presented: z.object({ attestation: z.string(), evidence: z.array(z.string()) }),
  trust: trustBundleSchema,
});
const jobSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('verify'),
    durationMs: z.number().positive(),
    most: z.int().positive().nullable(),
  }),
  z.strictObject({ kind: z.literal('routing'), rounds: z.int().positive() }),
]);

/*
 * What a venue or an auditor does without any gateway: one answer after another, from its signature to the anchor.
 */
serveBench(async (settings) => {
  const { presented, trust } = settingsSchema.parse(settings);
  const anchor = { entity_id: trust.entity_id, jwks: trust.jwks };
  const chainOf = (entityId: string) => trust.chains[entityId] ?? [];

  async function verifyFor(durationMs: number, most: number): Promise<z.input<typeof offlineResultSchema>> {
    const latenciesMs: number[] = [];
    const cpuBefore = process.cpuUsage();
    const startedMs = performance.now();
    const atS = Math.floor(Date.now() / 1000);
    for (let nowMs = startedMs; nowMs < startedMs + durationMs && latenciesMs.length < most; ) {
      const outcome = await verifyAttestation(presented, { anchor, chainOf, atS, sm2Verify: verifySm2 });
      if (!outcome.verified) throw new Error(`the answer did not verify offline: ${outcome.code} at ${outcome.link}`);
      const doneMs = performance.now();
      latenciesMs.push(doneMs - nowMs);
      nowMs = doneMs;
    }
    const { user, system } = process.cpuUsage(cpuBefore);
    const sorted = Float64Array.from(latenciesMs).sort();
    return {
      operations: sorted.length,
      elapsedMs: performance.now() - startedMs,
      p50Ms: percentile(sorted, 50),
      p99Ms: percentile(sorted, 99),
      cpuUs: user + system,
    };
  }

  return {
    ready: null,
    run: async (raw) => {
      const job = jobSchema.parse(raw);
      return job.kind === 'verify'
        ? offlineResultSchema.parse(await verifyFor(job.durationMs, job.most ?? Number.POSITIVE_INFINITY))
        : routingResultSchema.parse(measureRouting(job.rounds));
    },
    close: () => undefined,
  };
});
