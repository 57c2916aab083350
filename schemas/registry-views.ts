import { z } from 'zod';
import { adapterDivisionSchema } from './adapter-id.ts';
import { authorityModelSchema } from './authority-model.ts';
import { levelSchema, localisedTextSchema, provinceCodeSchema, roleSchema } from './code-lists/index.ts';
import { mandateSchema } from './mandate.ts';
import { policyExceptionSchema, policySchema } from './policy.ts';
import {
  entityRoleSchema,
  keyUseSchema,
  registryJwkSchema,
  sha256Schema,
  subordinateKindSchema,
  versionSchema,
} from './registry-event.ts';
import { remedySchema } from './remedy.ts';
import { decisionSchema, entityIdSchema, instantSchema, numericDateSchema } from './status.ts';
import { venueKindsSchema, venueRegionsSchema } from './venue-token.ts';

/** What the registry shows to anybody. A mark: who did something, with which key, when by the log's time, in which entry. */
const markSchema = z
  .object({ by: entityIdSchema, kid: z.string(), at: instantSchema, index: z.int().min(0) })
  .meta({ id: 'RegistryMark' });

const stageSchema = z.enum(['full', 'shadow', 'canary', 'former', 'submitted', 'rejected']);

/** One submitted version. `approvals[].counts`: whether it still counts. `served`: in full use now or once. */
export const versionViewSchema = z
  .object({
    version: versionSchema,
    stage: stageSchema,
    manifest_digest: sha256Schema,
    scenarios_digest: sha256Schema,
    submitted: markSchema,
    check: markSchema
      .extend({ passed: z.boolean(), level: z.enum(['static', 'live']), report_digest: sha256Schema })
      .nullable(),
    approvals: z.array(markSchema.extend({ counts: z.boolean() })),
    approvals_needed: z.int(),
    rejected: markSchema.extend({ reason: z.string() }).nullable(),
    served: z.boolean(),
  })
  .meta({ id: 'AdapterVersion' });
export type VersionView = z.infer<typeof versionViewSchema>;

/** One version with the exact text of its manifest, over which `manifest_digest` was made. */
export const versionDocumentSchema = versionViewSchema
  .extend({ province: provinceCodeSchema, division: adapterDivisionSchema.exactOptional(), manifest: z.string() })
  .meta({ id: 'AdapterVersionDocument' });

/** One system's adapter with every version of it. */
export const adapterViewSchema = z
  .object({
    province: provinceCodeSchema,
    division: adapterDivisionSchema.exactOptional(),
    name: localisedTextSchema,
    system: z.object({ id: z.string(), name: localisedTextSchema }).nullable(),
    state: z.enum(['active', 'suspended', 'registered']),
    active: versionSchema.nullable(),
    trial: z
      .object({ version: versionSchema, stage: z.enum(['shadow', 'canary']), percent: z.int().optional() })
      .nullable(),
    suspended: markSchema.extend({ reason: z.string(), role: entityRoleSchema }).nullable(),
    changed: markSchema,
    authority: authorityModelSchema.nullable(),
    remedy: remedySchema.nullable(),
    versions: z.array(versionViewSchema),
  })
  .meta({ id: 'Adapter' });
export type AdapterView = z.infer<typeof adapterViewSchema>;
export const adapterListSchema = z.object({ adapters: z.array(adapterViewSchema) });

const keyViewSchema = z
  .object({
    kid: z.string(),
    use: keyUseSchema,
    state: z.enum(['announced', 'active', 'retired', 'revoked']),
    announced_at: instantSchema,
    activated_at: instantSchema.nullable(),
    retired_at: instantSchema.nullable(),
    revoked_at: instantSchema.nullable(),
    expires_at: instantSchema.nullable(),
    jwk: registryJwkSchema,
  })
  .meta({ id: 'RegistryKey' });

/** An entity with its keys. Its next event has `seq` + 1 and this `prev`. */
export const entityViewSchema = z
  .object({
    entity_id: entityIdSchema,
    role: entityRoleSchema,
    name: localisedTextSchema,
    province: provinceCodeSchema.nullable(),
    superior: entityIdSchema.nullable(),
    state: z.enum(['enrolled', 'removed']),
    enrolled: markSchema,
    seq: z.int().min(0),
    prev: sha256Schema.nullable(),
    keys: z.array(keyViewSchema),
  })
  .meta({ id: 'RegistryEntity' });
export type EntityView = z.infer<typeof entityViewSchema>;
export const entityListSchema = z.object({
  anchor: entityIdSchema.nullable(),
  log: z.object({ origin: z.string(), keys: z.array(z.string()), retired: z.array(z.string()) }).nullable(),
  size: z.int().min(0),
  time_s: z.int().min(0),
  entities: z.array(entityViewSchema),
});

/** A key that an entity signs other things with than entity statements, and its window by the log's time. */
const publishedKeyViewSchema = z
  .object({
    kid: z.string(),
    announced_at: instantSchema,
    ends_at: instantSchema.nullable().meta({ description: 'the end that its owner gave it' }),
    ended_at: instantSchema.nullable().meta({ description: 'when the log had its superior take it from the list' }),
    jwk: registryJwkSchema,
  })
  .meta({ id: 'PublishedKey' });

/** An entity below a superior in the federation. `vouched_for`: itself and everybody above it is admitted now. */
export const subordinateViewSchema = z
  .object({
    entity_id: entityIdSchema,
    superior: entityIdSchema,
    kind: subordinateKindSchema,
    name: localisedTextSchema,
    province: provinceCodeSchema.nullable(),
    level: levelSchema.nullable(),
    role: roleSchema.nullable(),
    venue_kinds: venueKindsSchema.nullable(),
    regions: venueRegionsSchema.nullable(),
    state: z.enum(['admitted', 'removed']),
    vouched_for: z.boolean(),
    admitted: markSchema,
    changed: markSchema,
    jwks: z.array(registryJwkSchema),
    configured_s: numericDateSchema
      .nullable()
      .meta({ description: 'when the configuration was made by which it last handed over its keys; null: never' }),
    published: z.array(publishedKeyViewSchema),
  })
  .meta({ id: 'Subordinate' });
export type SubordinateView = z.infer<typeof subordinateViewSchema>;
export const subordinateListSchema = z.object({ subordinates: z.array(subordinateViewSchema) });

export const mandateViewSchema = z
  .object({
    mandate: mandateSchema,
    state: z.enum(['active', 'upcoming', 'ended', 'revoked']),
    ends_at: instantSchema,
    issued: markSchema,
    revoked: markSchema.nullable(),
  })
  .meta({ id: 'MandateInForce' });
export type MandateView = z.infer<typeof mandateViewSchema>;
export const mandateListSchema = z.object({ mandates: z.array(mandateViewSchema) });

/** A destination's policy; the national baseline where it published none. `stricter`: in how many ways it is stricter. */
export const policyViewSchema = z
  .object({
    province: provinceCodeSchema,
    source: z.enum(['baseline', 'published']),
    policy: policySchema,
    stricter: z.int().min(0),
    changed: markSchema.nullable(),
  })
  .meta({ id: 'DestinationPolicy' });
export const policyListSchema = z.object({ policies: z.array(policyViewSchema) });

/** Where a destination is stricter than the national baseline: its row, what it decides instead, in how many cases. */
export const deviationsViewSchema = z.object({
  province: provinceCodeSchema,
  policy: z.string().nullable(),
  deviations: z.array(
    z.looseObject({
      row: z.int(),
      baseline: decisionSchema,
      decision: decisionSchema,
      cells: z.int(),
      exception: policyExceptionSchema.nullable(),
    }),
  ),
});
export type DeviationsView = z.infer<typeof deviationsViewSchema>;

/** What an accepted event is answered with: its entry, the signed checkpoint and the proof that the entry is under it. */
export const receiptSchema = z
  .object({ index: z.int().min(0), checkpoint: z.string(), inclusion_proof: z.array(z.base64()) })
  .meta({ id: 'RegistryReceipt' });
export type ReceiptReply = z.infer<typeof receiptSchema>;

export const inclusionProofSchema = z
  .object({
    index: z.int().min(0),
    size: z.int().min(1),
    leaf_hash: z.base64(),
    root: z.base64(),
    proof: z.array(z.base64()),
  })
  .meta({ id: 'InclusionProof' });

export const consistencyProofSchema = z
  .object({
    from: z.int().min(0),
    to: z.int().min(0),
    root_from: z.base64(),
    root_to: z.base64(),
    proof: z.array(z.base64()),
  })
  .meta({ id: 'ConsistencyProof' });
