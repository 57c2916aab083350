import { z } from 'zod';
import { adapterDivisionSchema, isWithinProvince } from './adapter-id.ts';
import { AS_OF_FORMATS } from './as-of.ts';
import { authorityModelSchema } from './authority-model.ts';
import {
  groundSchema,
  keysOf,
  levelSchema,
  localisedTextSchema,
  localStateSchema,
  NATIONAL_PLATFORM,
  provinceCodeSchema,
  recordReasonSchema,
  roleSchema,
} from './code-lists/index.ts';
import { driverConfigSchema } from './driver-config.ts';
import { localScalarSchema, pointerSchema } from './driver-exchange.ts';
import { recogniserSchema } from './recogniser.ts';
import { remedySchema } from './remedy.ts';
import { entityIdSchema, flagSchema, statusSchema } from './status.ts';
import { SCHEMA_RULES } from './texts/schema-faults.ts';

/** A table from documented local values to normalised ones. What is not in the table is unmapped and reported. */
function tableOf<T extends z.ZodType>(to: T) {
  return z.strictObject({
    at: pointerSchema,
    optional: z
      .boolean()
      .default(false)
      .meta({ description: 'true: the member may be missing, which maps to nothing' }),
    values: z
      .array(z.strictObject({ value: localScalarSchema, name: z.string().min(1).max(100), to }))
      .min(1)
      .max(400),
  });
}

const statusTableSchema = z.strictObject({
  at: pointerSchema,
  values: z
    .array(
      z.strictObject({
        value: localScalarSchema,
        name: localStateSchema,
        to: statusSchema,
        reason: recordReasonSchema.optional().meta({ description: 'for indeterminate: why nobody can tell' }),
      }),
    )
    .min(1)
    .max(64),
});

export const asOfSchema = z
  .discriminatedUnion('from', [
    z.strictObject({
      from: z.literal('field'),
      at: pointerSchema,
      format: z.literal(keysOf(AS_OF_FORMATS)).meta({
        description: Object.entries(AS_OF_FORMATS)
          .map((pair) => pair.join(': '))
          .join('; '),
      }),
      zone: z.string().regex(/^[+-](0\d|1[0-4]):[0-5]\d$/),
    }),
    z.strictObject({ from: z.literal('reply') }).meta({ description: 'the system computes its answer when asked' }),
  ])
  .meta({ id: 'AsOf' });
export type AsOf = z.infer<typeof asOfSchema>;

const assignmentTableSchema = z.strictObject({
  level: tableOf(levelSchema),
  role: tableOf(roleSchema),
  action: tableOf(z.enum(['assign', 'convert', 'release'])).optional(),
  batch_size_at: pointerSchema.optional(),
  instrument_at: pointerSchema.optional(),
  evidence_filed_at: pointerSchema.optional(),
  approvals: z
    .strictObject({
      at: pointerSchema,
      level: tableOf(levelSchema),
      role: tableOf(roleSchema),
      action: tableOf(z.enum(['sign', 'review', 'assign'])),
      signature_at: pointerSchema.optional(),
    })
    .optional(),
});

/**
 * Where the record holds what, and what each documented value means. `informational` members (vaccination frames,
 * labels) are declared so that a check can prove that nothing else reads them.
 */
export const replySchema = z
  .strictObject({
    status: statusTableSchema,
    ground: tableOf(groundSchema.nullable()).optional(),
    flags: z.array(tableOf(flagSchema.nullable())).max(4),
    informational: z.array(z.strictObject({ name: z.string().min(1).max(60), at: pointerSchema })).max(16),
    as_of: asOfSchema,
    handle_at: pointerSchema.optional().meta({ description: 'absent: the code itself is the handle' }),
    origin: tableOf(z.union([provinceCodeSchema, z.enum(['own', 'undisclosed'])]))
      .extend({ reference_at: pointerSchema.optional() })
      .optional(),
    assignment: assignmentTableSchema.optional(),
    validity: z
      .array(
        z.strictObject({
          status: statusSchema,
          max_age_s: z
            .int()
            .min(60)
            .max(366 * 86400),
        }),
      )
      .max(4),
  })
  .meta({ id: 'ReplyTables' });
export type ReplyTables = z.infer<typeof replySchema>;

/**
 * Ways to ask a province, in the only order that they may be tried in: its own node; the same node by way of the national
 * platform's, for a destination that cannot reach it; its system itself, which no signature of a node stands behind.
 */
export const WAYS = ['node', 'national', 'direct'] as const;
export const waySchema = z.enum(WAYS);
export type Way = z.infer<typeof waySchema>;

/**
 * An adapter: everything the gateway needs to ask one system and to read its answer, as data. The signed bytes are
 * registered, tested by the conformance kit and approved by people; no code is uploaded.
 */
export const manifestSchema = z
  .strictObject({
    manifest_version: z.literal(1),
    province: provinceCodeSchema,
    division: adapterDivisionSchema.exactOptional(),
    system: z.strictObject({
      id: z
        .string()
        .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
        .max(60),
      name: localisedTextSchema,
    }),
    version: z.string().regex(/^\d{1,4}\.\d{1,4}\.\d{1,4}$/),
    recognise: z.array(recogniserSchema).min(1).max(8),
    upstream: z.strictObject({
      base_url: z.url({ protocol: /^https?$/ }).max(300),
      timeout_ms: z.int().min(100).max(10_000),
      max_connections: z.int().min(1).max(512),
      max_queue: z.int().min(0).max(20_000),
      max_reply_bytes: z.int().min(256).max(1_048_576),
    }),
    driver: driverConfigSchema,
    statement: z
      .strictObject({ at: pointerSchema, issuer: entityIdSchema.optional() })
      .nullable()
      .meta({ description: 'where the reply carries the signed status statement; null for a plain API' }),
    reply: replySchema,
    authority: authorityModelSchema,
    remedy: remedySchema,
    freshness_s: z.int().min(0).max(86_400),
    stale_grace_s: z.int().min(0).max(86_400),
    node: entityIdSchema
      .exactOptional()
      .meta({ description: "the province's issuer entity, whose node other provinces' gateways ask" }),
    route: z
      .array(waySchema)
      .min(1)
      .max(WAYS.length)
      .exactOptional()
      .meta({ description: 'ways to ask, in this order; the next one only where nobody answers. Absent: direct' }),
  })
  .refine(({ node, route = ['direct'] }) => route.some((way) => way !== 'direct') === (node !== undefined), {
    error: SCHEMA_RULES.node_and_route.en,
    path: ['route'],
  })
  .refine(({ route = [] }) => route.join() === WAYS.filter((way) => route.includes(way)).join(), {
    error: SCHEMA_RULES.route_order.en,
    path: ['route'],
  })
  .refine(({ province, route = [] }) => province !== NATIONAL_PLATFORM || !route.includes('national'), {
    error: SCHEMA_RULES.route_of_platform.en,
    path: ['route'],
  })
  .refine(isWithinProvince, { error: SCHEMA_RULES.division_of_province.en, path: ['division'] })
  .meta({ id: 'AdapterManifest' });
export type Manifest = z.infer<typeof manifestSchema>;
