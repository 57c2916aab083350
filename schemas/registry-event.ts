import { z } from 'zod';
import { adapterDivisionSchema } from './adapter-id.ts';
import { levelSchema, localisedTextSchema, provinceCodeSchema, roleSchema } from './code-lists/index.ts';
import { keyOctetsSchema } from './key-octets.ts';
import { mandateIdSchema, mandateSchema } from './mandate.ts';
import { policySchema } from './policy.ts';
import { entityIdSchema, numericDateSchema } from './status.ts';
import { venueKindsSchema, venueRegionsSchema } from './venue-token.ts';

/** Media type of a registry event, and the `typ` of its JWS. */
export const REGISTRY_EVENT_TYP = 'registry-event+jwt';
/** Longest event: what one entry of the log's published bundles can hold. */
export const MAX_EVENT_BYTES = 65_535;
/** How far the time that a signer writes may be from the log's time. */
export const EVENT_CLOCK_SKEW_S = 300;
/** The anchor's key may be in a room without a network: what it signed may be carried to the registry for this long. */
export const ANCHOR_EVENT_AGE_S = 3600;

export const sha256Schema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/)
  .meta({ id: 'Sha256', description: 'base64url, no padding' });
export const versionSchema = z.string().regex(/^\d{1,4}\.\d{1,4}\.\d{1,4}$/);
const keyNaming = { kid: z.string().min(1).max(256), use: z.literal('sig').exactOptional() };

/** A public signing key. Strict: a private member is refused, not dropped. */
export const registryJwkSchema = z
  .discriminatedUnion('crv', [
    z.strictObject({
      kty: z.literal('EC'),
      crv: z.literal('P-256'),
      x: keyOctetsSchema,
      y: keyOctetsSchema,
      alg: z.literal('ES256').exactOptional(),
      ...keyNaming,
    }),
    z.strictObject({
      kty: z.literal('OKP'),
      crv: z.literal('Ed25519'),
      x: keyOctetsSchema,
      alg: z.literal('EdDSA').exactOptional(),
      ...keyNaming,
    }),
    z.strictObject({
      kty: z.literal('EC'),
      crv: z.literal('SM2'),
      x: keyOctetsSchema,
      y: keyOctetsSchema,
      alg: z.literal('SM2').exactOptional(),
      ...keyNaming,
    }),
  ])
  .meta({ id: 'RegistryJwk' });
export type RegistryJwk = z.infer<typeof registryJwkSchema>;

/** The one-line verifier key of C2SP signed-note: name, key id and key. */
const verifierKeySchema = z.string().min(1).max(400);
/** How many keys may sign the log's checkpoints at one time. */
export const MAX_LOG_KEYS = 4;

const jwksSchema = z.strictObject({ keys: z.array(registryJwkSchema).min(1).max(8) });

export const entityRoleSchema = z.enum(['anchor', 'province', 'operator', 'registrar', 'agency', 'auditor']);
export type EntityRole = z.infer<typeof entityRoleSchema>;
/**
 * `registry` keys sign registry events and `witness` keys (Ed25519) cosign checkpoints; the others are announced here so
 * that their windows follow the log's time.
 */
export const keyUseSchema = z.enum(['registry', 'federation', 'statement', 'attestation', 'witness']);
export type RegistryKeyUse = z.infer<typeof keyUseSchema>;

/**
 * What an entity below a superior is in the federation, and with that what its superior's statement lets it be. A
 * `province` and a `monitor`, which reads what nodes counted, are admitted by the anchor; the others by a province, for
 * itself alone.
 */
export const subordinateKindSchema = z.enum([
  'province',
  'monitor',
  'gateway',
  'issuer',
  'agency',
  'authorization_server',
]);
export type SubordinateKind = z.infer<typeof subordinateKindSchema>;
/** Longest entity configuration that an event can carry, in characters. */
export const MAX_CONFIGURATION_LENGTH = 16_384;

/**
 * A key that an entity signs other things with than entity statements: a gateway its attestations, an issuer its
 * statements, an agency its approvals. `ends_s`: when its signatures stop counting by its owner's word, epoch seconds.
 */
const publishedKeySchema = z.strictObject({ jwk: registryJwkSchema, ends_s: numericDateSchema.exactOptional() });
export type PublishedKey = z.infer<typeof publishedKeySchema>;
/** Every key of an entity that counts or is to count, in one list: one that it leaves out is over. */
export const publishedKeysSchema = z.array(publishedKeySchema).max(16);

const shadowSchema = z.strictObject({ stage: z.literal('shadow') });
const canarySchema = z.strictObject({ stage: z.literal('canary'), percent: z.int().min(1).max(99) });
/** How an adapter's version is served. `shadow`: asked, compared, never served. */
export const activationModeSchema = z.discriminatedUnion('stage', [
  shadowSchema,
  canarySchema,
  z.strictObject({ stage: z.literal('full') }),
]);
export type ActivationMode = z.infer<typeof activationModeSchema>;
/** A version on trial beside the active one. */
export const trialModeSchema = z.discriminatedUnion('stage', [shadowSchema, canarySchema]);
export type TrialMode = z.infer<typeof trialModeSchema>;

/** Why an adapter is suspended. */
export const SUSPENSION_REASONS = {
  requested_by_province: { zh: '应该省要求', en: 'At the request of the province' },
  wrong_answers: { zh: '答复有误', en: 'It gives wrong answers' },
  key_compromised: { zh: '密钥泄露', en: 'A key of the province is compromised' },
  upstream_withdrawn: { zh: '上游系统已停用', en: 'The system behind it is switched off' },
  misuse: { zh: '赋码被滥用', en: 'Statuses are assigned for other than epidemic reasons' },
  other: { zh: '其他', en: 'Another reason' },
} as const;
const suspensionReasonSchema = z.literal([
  'requested_by_province',
  'wrong_answers',
  'key_compromised',
  'upstream_withdrawn',
  'misuse',
  'other',
]);
export type SuspensionReason = z.infer<typeof suspensionReasonSchema>;

/** Why an operator rejects a version: nobody can approve or activate it from then on. */
export const VERSION_REJECTIONS = {
  values_wrong: { zh: '取值映射有误', en: 'Values are mapped wrongly' },
  authority_wrong: { zh: '赋码规则与已公布的不符', en: 'The authority model is not the published one' },
  recogniser_wrong: { zh: '码的识别规则有误', en: 'It recognises codes wrongly' },
  report_insufficient: { zh: '符合性报告不足以判断', en: 'The conformance report is not enough to judge by' },
  withdrawn_by_province: { zh: '应省要求撤回', en: 'Withdrawn at the request of the province' },
  other: { zh: '其他', en: 'Another reason' },
} as const;
const versionRejectionSchema = z.literal([
  'values_wrong',
  'authority_wrong',
  'recogniser_wrong',
  'report_insufficient',
  'withdrawn_by_province',
  'other',
]);
export type VersionRejection = z.infer<typeof versionRejectionSchema>;

/** One system of a province; without a division the province's own. */
const adapterNaming = { province: provinceCodeSchema, division: adapterDivisionSchema.exactOptional() };
const versionOf = { ...adapterNaming, version: versionSchema, manifest_digest: sha256Schema };

const bodies = {
  /** Entry 0 alone, signed by one of its own keys. `log` binds the log's name and verifier keys to the anchor. */
  registry_created: z.strictObject({
    name: localisedTextSchema,
    jwks: jwksSchema,
    log: z.strictObject({
      origin: z.string().min(1).max(255),
      keys: z.array(verifierKeySchema).min(1).max(MAX_LOG_KEYS),
    }),
  }),
  /** By the anchor: another key may sign the log's checkpoints from the next entry on. */
  log_key_added: z.strictObject({ verifier_key: verifierKeySchema }),
  /** By the anchor: no checkpoint after this entry counts by this key alone. It never comes back. */
  log_key_retired: z.strictObject({ verifier_key: verifierKeySchema }),
  entity_enrolled: z.strictObject({
    entity_id: entityIdSchema,
    role: entityRoleSchema.exclude(['anchor']),
    name: localisedTextSchema,
    province: provinceCodeSchema.exactOptional(),
    superior: entityIdSchema.exactOptional(),
    jwks: jwksSchema,
  }),
  entity_removed: z.strictObject({ entity_id: entityIdSchema }),
  /**
   * By a superior: from now on it vouches for this entity, these federation keys and, of a gateway, an issuer or an
   * agency, the keys in `published`, with which alone it signs anything else. `province` for a province alone,
   * `level` and `role` for an agency: the part of the procedure that it signs; `venue_kinds` and `regions` for an
   * authorization server: the venues that it may vouch for.
   */
  subordinate_admitted: z.strictObject({
    entity_id: entityIdSchema,
    kind: subordinateKindSchema,
    name: localisedTextSchema,
    jwks: jwksSchema,
    province: provinceCodeSchema.exactOptional(),
    level: levelSchema.exactOptional(),
    role: roleSchema.exactOptional(),
    venue_kinds: venueKindsSchema.exactOptional(),
    regions: venueRegionsSchema.exactOptional(),
    published: publishedKeysSchema.exactOptional(),
  }),
  /**
   * The subordinate's new keys, with its configuration that says so, signed with one of the federation keys before.
   * `published` stands there where it changes.
   */
  subordinate_keys_changed: z.strictObject({
    entity_id: entityIdSchema,
    jwks: jwksSchema,
    published: publishedKeysSchema.exactOptional(),
    configuration: z.string().min(1).max(MAX_CONFIGURATION_LENGTH),
  }),
  /** By the superior of an authorization server: the venues that it may vouch for from now on. */
  subordinate_venues_changed: z.strictObject({
    entity_id: entityIdSchema,
    venue_kinds: venueKindsSchema,
    regions: venueRegionsSchema,
  }),
  subordinate_removed: z.strictObject({ entity_id: entityIdSchema }),
  key_announced: z.strictObject({
    use: keyUseSchema,
    jwk: registryJwkSchema,
    expires_s: numericDateSchema.exactOptional(),
  }),
  key_activated: z.strictObject({ use: keyUseSchema, kid: keyNaming.kid }),
  key_retired: z.strictObject({ use: keyUseSchema, kid: keyNaming.kid }),
  key_revoked: z.strictObject({ entity_id: entityIdSchema, use: keyUseSchema, kid: keyNaming.kid }),
  /** `manifest` is the file's exact text: its digest is over these bytes. */
  adapter_submitted: z.strictObject({ manifest: z.string().min(2).max(45_000), scenarios_digest: sha256Schema }),
  /** `report` is the conformance report's exact text: its digest is over these bytes. */
  adapter_checked: z.strictObject({
    ...versionOf,
    passed: z.boolean(),
    level: z.enum(['static', 'live']),
    report: z.string().min(2).max(40_000),
  }),
  adapter_approved: z.strictObject(versionOf),
  /** By an operator, for good: another version has to be submitted. */
  adapter_rejected: z.strictObject({ ...versionOf, reason: versionRejectionSchema }),
  adapter_activated: z.strictObject({ ...versionOf, mode: activationModeSchema }),
  adapter_suspended: z.strictObject({ ...adapterNaming, reason: suspensionReasonSchema }),
  adapter_resumed: z.strictObject(adapterNaming),
  adapter_rolled_back: z.strictObject({ ...adapterNaming, to_version: versionSchema }),
  policy_published: z.strictObject({ policy: policySchema }),
  policy_withdrawn: z.strictObject({ province: provinceCodeSchema, version: versionSchema }),
  mandate_issued: z.strictObject({ mandate: mandateSchema }),
  mandate_revoked: z.strictObject({ mandate_id: mandateIdSchema }),
} as const;

/** What an enrolment says: the body of `entity_enrolled`. */
export const enrolmentSchema = bodies.entity_enrolled;
export type Enrolment = z.infer<typeof enrolmentSchema>;

/** What an admission says: the body of `subordinate_admitted`. */
export type Admission = z.infer<typeof bodies.subordinate_admitted>;

export type RegistryEventKind = keyof typeof bodies;
export type RegistryEventBody<K extends RegistryEventKind> = z.input<(typeof bodies)[K]>;

/**
 * What an entity signs. `seq` counts its own events from 1 and `prev` is the SHA-256 of its previous event's compact
 * JWS, so that no event can be replayed, left out or put elsewhere.
 */
const envelope = {
  iss: entityIdSchema,
  seq: z.int().min(1),
  prev: sha256Schema.nullable(),
  iat: numericDateSchema,
};
function eventOf<K extends RegistryEventKind>(kind: K) {
  return z.strictObject({ ...envelope, kind: z.literal(kind), body: bodies[kind] });
}

/** The closed set of registry events. */
export const registryEventSchema = z
  .discriminatedUnion('kind', [
    eventOf('registry_created'),
    eventOf('log_key_added'),
    eventOf('log_key_retired'),
    eventOf('entity_enrolled'),
    eventOf('entity_removed'),
    eventOf('subordinate_admitted'),
    eventOf('subordinate_keys_changed'),
    eventOf('subordinate_venues_changed'),
    eventOf('subordinate_removed'),
    eventOf('key_announced'),
    eventOf('key_activated'),
    eventOf('key_retired'),
    eventOf('key_revoked'),
    eventOf('adapter_submitted'),
    eventOf('adapter_checked'),
    eventOf('adapter_approved'),
    eventOf('adapter_rejected'),
    eventOf('adapter_activated'),
    eventOf('adapter_suspended'),
    eventOf('adapter_resumed'),
    eventOf('adapter_rolled_back'),
    eventOf('policy_published'),
    eventOf('policy_withdrawn'),
    eventOf('mandate_issued'),
    eventOf('mandate_revoked'),
  ])
  .meta({ id: 'RegistryEvent' });
export type RegistryEvent = z.infer<typeof registryEventSchema>;
export type EventOf<K extends RegistryEventKind> = Extract<RegistryEvent, { kind: K }>;
