import { z } from 'zod';
import { provinceCodeSchema } from './code-lists/index.ts';
import { conformanceFindingCodeSchema } from './conformance-findings.ts';
import { instantSchema } from './status.ts';

/**
 * One finding. `at` is the file and the place in it (`manifest.json#/reply/status`) or what was tried of the system;
 * that and `detail` are a closed code, and its values as JSON where it has any: `mapped_to {"value":"7","to":"red"}`. Their form
 * stays a text, since every follower of the log holds a report to it; reports of kits before 1.2.0 have a sentence there. Never
 * anything that an upstream said about a person.
 */
export const conformanceFindingSchema = z
  .strictObject({
    code: conformanceFindingCodeSchema,
    severity: z.enum(['fail', 'warn']),
    at: z.string().max(400),
    detail: z.string().max(400),
  })
  .meta({ id: 'ConformanceFinding' });
export type ConformanceFinding = z.infer<typeof conformanceFindingSchema>;

export const latencySchema = z
  .strictObject({ calls: z.int().min(1), p50_ms: z.number(), p95_ms: z.number(), p99_ms: z.number() })
  .meta({ id: 'ConformanceLatency' });
export type Latency = z.infer<typeof latencySchema>;

/**
 * What the kit found about one adapter. `static` reads the folder; `live` has also asked its upstream. `manifest_digest`
 * is base64url SHA-256 over the bytes of manifest.json. The identity is null where the manifest could not be read.
 */
export const conformanceReportSchema = z
  .strictObject({
    province: provinceCodeSchema.nullable(),
    system: z.string().nullable(),
    version: z.string().nullable(),
    manifest_digest: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
    kit_version: z.string(),
    level: z.enum(['static', 'live']),
    passed: z.boolean(),
    findings: z.array(conformanceFindingSchema),
    checks: z.array(z.strictObject({ name: z.string(), passed: z.boolean() })),
    latency: latencySchema.optional(),
    generated_at: instantSchema,
  })
  .meta({ id: 'ConformanceReport' });
export type ConformanceReport = z.infer<typeof conformanceReportSchema>;
