import { z } from 'zod';
import { type AdapterId, adapterDivisionSchema, adapterIdOf } from '../../schemas/adapter-id.ts';
import {
  levelSchema,
  localisedTextSchema,
  type ProvinceCode,
  provinceCodeSchema,
  roleSchema,
} from '../../schemas/code-lists/index.ts';
import { mandateSchema } from '../../schemas/mandate.ts';
import { policySchema } from '../../schemas/policy.ts';
import {
  entityRoleSchema,
  keyUseSchema,
  type RegistryEvent,
  registryJwkSchema,
  sha256Schema,
  subordinateKindSchema,
  trialModeSchema,
  versionSchema,
} from '../../schemas/registry-event.ts';
import type { RejectionCode } from '../../schemas/registry-rejections.ts';
import { entityIdSchema, numericDateSchema } from '../../schemas/status.ts';
import { venueKindsSchema, venueRegionsSchema } from '../../schemas/venue-token.ts';

const indexSchema = z.int().min(0);
/** Who did it, with which key, in which entry of the log and when by the log's time. */
const markSchema = z.strictObject({
  by: entityIdSchema,
  kid: z.string(),
  index: indexSchema,
  at_s: numericDateSchema,
});
export type Mark = Readonly<z.infer<typeof markSchema>>;

/** One key with its window: when, by the log's time, it was announced, put to use, retired, revoked. */
const keyRecordSchema = z.strictObject({
  use: keyUseSchema,
  jwk: registryJwkSchema,
  state: z.enum(['announced', 'active', 'retired', 'revoked']),
  announced_s: numericDateSchema,
  activated_s: numericDateSchema.nullable(),
  retired_s: numericDateSchema.nullable(),
  revoked_s: numericDateSchema.nullable(),
  expires_s: numericDateSchema.nullable(),
});
export type KeyRecord = Readonly<z.infer<typeof keyRecordSchema>>;

const entityRecordSchema = z.strictObject({
  entity_id: entityIdSchema,
  role: entityRoleSchema,
  name: localisedTextSchema,
  province: provinceCodeSchema.nullable(),
  superior: entityIdSchema.nullable(),
  state: z.enum(['enrolled', 'removed']),
  enrolled: markSchema,
  /** Its own events so far, and the SHA-256 of the last one: what the next event continues. */
  seq: z.int().min(0),
  prev: sha256Schema.nullable(),
  keys: z.array(keyRecordSchema).readonly(),
});
export type EntityRecord = Readonly<z.infer<typeof entityRecordSchema>>;

/**
 * A key that a subordinate signs other things with, and its window by the log's time: it counts from `announced_s` until
 * `ended_s`, or until the end that its owner gave it where that is earlier. Kept once it is over, so that it never comes back.
 */
const publishedRecordSchema = z.strictObject({
  jwk: registryJwkSchema,
  announced_s: numericDateSchema,
  ends_s: numericDateSchema.nullable(),
  ended_s: numericDateSchema.nullable(),
});
export type PublishedRecord = Readonly<z.infer<typeof publishedRecordSchema>>;

/** An entity that a superior vouches for in the federation. `province`: whose it is. */
const subordinateRecordSchema = z.strictObject({
  entity_id: entityIdSchema,
  superior: entityIdSchema,
  kind: subordinateKindSchema,
  name: localisedTextSchema,
  province: provinceCodeSchema.nullable(),
  level: levelSchema.nullable(),
  role: roleSchema.nullable(),
  /** Null for all but an authorization server. */
  venue_kinds: venueKindsSchema.readonly().nullable(),
  regions: venueRegionsSchema.readonly().nullable(),
  state: z.enum(['admitted', 'removed']),
  admitted: markSchema,
  changed: markSchema,
  jwks: z.array(registryJwkSchema).readonly(),
  /** Keys that stood in `jwks` before and never will again: given up by a change, or taken away by a removal. */
  given_up: z.array(registryJwkSchema).readonly(),
  /** None counts for a province, whose statement keys are its own to announce, or for an authorization server. */
  published: z.array(publishedRecordSchema).readonly(),
  /** When the configuration was issued that these keys come from; null: they came with the admission. */
  configured_s: numericDateSchema.nullable(),
});
export type SubordinateRecord = Readonly<z.infer<typeof subordinateRecordSchema>>;

const versionRecordSchema = z.strictObject({
  version: versionSchema,
  manifest: z.string(),
  manifest_digest: sha256Schema,
  scenarios_digest: sha256Schema,
  submitted: markSchema,
  check: markSchema
    .extend({ passed: z.boolean(), level: z.enum(['static', 'live']), report_digest: sha256Schema })
    .nullable(),
  approvals: z.array(markSchema).readonly(),
  /** By which operator, and why, it can go no further. */
  rejected: markSchema.extend({ reason: z.string() }).nullable(),
  /** In full use now or once: what may be rolled back to. */
  served: z.boolean(),
});
export type VersionRecord = Readonly<z.infer<typeof versionRecordSchema>>;

const adapterRecordSchema = z.strictObject({
  province: provinceCodeSchema,
  division: adapterDivisionSchema.exactOptional(),
  versions: z.array(versionRecordSchema).readonly(),
  active: versionSchema.nullable(),
  /** A version on trial beside the active one. */
  trial: z.strictObject({ version: versionSchema, mode: trialModeSchema }).nullable(),
  suspended: markSchema.extend({ reason: z.string(), role: entityRoleSchema }).nullable(),
  changed: markSchema,
});
export type AdapterRecord = Readonly<z.infer<typeof adapterRecordSchema>>;

const policyRecordSchema = z.strictObject({
  /** Null after a withdrawal: the national baseline applies, and versions still only go up. */
  policy: policySchema.nullable(),
  version: versionSchema,
  changed: markSchema,
});
export type PolicyRecord = Readonly<z.infer<typeof policyRecordSchema>>;

const mandateRecordSchema = z.strictObject({
  mandate: mandateSchema,
  issued: markSchema,
  /** Ended for good, in ms since 1970: by its own end, its successor's start or its revocation, whichever is first. */
  ends_ms: z.int(),
  revoked: markSchema.nullable(),
});
export type MandateRecord = Readonly<z.infer<typeof mandateRecordSchema>>;

/** The state as JSON: what a snapshot holds. */
export const foldDocumentSchema = z.strictObject({
  size: indexSchema,
  time_s: numericDateSchema,
  /** SHA-256 of entry 0: the name of this registry that no other one shares. */
  genesis: sha256Schema.nullable(),
  anchor: entityIdSchema.nullable(),
  /** The log's name, the verifier keys that may sign its checkpoints now, and those that never may again. */
  log: z
    .strictObject({
      origin: z.string(),
      keys: z.array(z.string()).readonly(),
      retired: z.array(z.string()).readonly(),
    })
    .nullable(),
  entities: z.array(entityRecordSchema),
  subordinates: z.array(subordinateRecordSchema),
  adapters: z.array(adapterRecordSchema),
  policies: z.array(z.tuple([provinceCodeSchema, policyRecordSchema])),
  mandates: z.array(mandateRecordSchema),
});
export type FoldDocument = z.infer<typeof foldDocumentSchema>;

/**
 * Everything that the events of the log say, up to `size`. Immutable: an event makes a new state that shares every map
 * it does not touch.
 */
export interface FoldState {
  readonly size: number;
  /** The log's time: the latest time that an accepted event bears. */
  readonly time_s: number;
  readonly genesis: string | null;
  readonly anchor: string | null;
  readonly log: FoldDocument['log'];
  readonly entities: ReadonlyMap<string, EntityRecord>;
  readonly subordinates: ReadonlyMap<string, SubordinateRecord>;
  readonly adapters: ReadonlyMap<AdapterId, AdapterRecord>;
  readonly policies: ReadonlyMap<ProvinceCode, PolicyRecord>;
  readonly mandates: ReadonlyMap<string, MandateRecord>;
}

/** An event whose signature has been verified with key `kid` of its `iss`. `hash`: base64url SHA-256 of the JWS. */
export interface VerifiedEvent<E extends RegistryEvent = RegistryEvent> {
  readonly event: E;
  readonly kid: string;
  readonly hash: string;
}

/** Why an event is refused. `detail` says more where the code alone does not; it names nobody. */
export interface Rejection {
  readonly rejected: RejectionCode;
  readonly detail?: string;
}

export const EMPTY_STATE: FoldState = {
  size: 0,
  time_s: 0,
  genesis: null,
  anchor: null,
  log: null,
  entities: new Map(),
  subordinates: new Map(),
  adapters: new Map(),
  policies: new Map(),
  mandates: new Map(),
};

export function isRejection(outcome: object): outcome is Rejection {
  return 'rejected' in outcome;
}

export function rejected(code: RejectionCode, detail?: string): Rejection {
  return detail === undefined ? { rejected: code } : { rejected: code, detail };
}

/** A copy of a map with one entry set. The copy is what keeps older states as they were. */
export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value);
}

/** The state as JSON, and back. The same state gives the same document, however it was reached. */
export function documentOf(state: FoldState): FoldDocument {
  const { entities, subordinates, adapters, policies, mandates, log, ...rest } = state;
  return {
    ...rest,
    log,
    entities: [...entities.values()],
    subordinates: [...subordinates.values()],
    adapters: [...adapters.values()],
    policies: [...policies],
    mandates: [...mandates.values()],
  };
}

export function stateOf(document: FoldDocument): FoldState {
  return {
    ...document,
    entities: new Map(document.entities.map((entity) => [entity.entity_id, entity])),
    subordinates: new Map(document.subordinates.map((record) => [record.entity_id, record])),
    adapters: new Map(document.adapters.map((adapter) => [adapterIdOf(adapter), adapter])),
    policies: new Map(document.policies),
    mandates: new Map(document.mandates.map((record) => [record.mandate.id, record])),
  };
}
