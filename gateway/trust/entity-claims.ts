import { z } from 'zod';
import { jwkSetSchema } from './public-key.ts';

const MAX_ENTITY_ID_LENGTH = 512;
const PRINTABLE_URL = /^https?:\/\/[\x21-\x7e]+$/;

/**
 * An entity identifier: a URL with a host, optionally a port and a path (OpenID Federation 1.0 section 1.2). Plain
 * http is for a sandbox. Identifiers are compared code point by code point, never normalised (section 16).
 */
export const entityIdSchema = z.string().max(MAX_ENTITY_ID_LENGTH).refine(isEntityId, 'must be an entity identifier');

function isEntityId(text: string): boolean {
  if (!PRINTABLE_URL.test(text) || /[?#@\\]/.test(text) || !URL.canParse(text)) return false;
  const { hostname } = new URL(text);
  // "a.example." and "a.example" are one host: with both spellings a name constraint could be stepped around.
  return hostname !== '' && !hostname.endsWith('.');
}

const epochSeconds = z.int().nonnegative();
const entityType = z.string().min(1).max(128);
const jsonValue = z.unknown().refine((value) => value !== null, 'must not be null');
const metadataSchema = z.record(entityType, z.record(z.string(), jsonValue));
const metadataPolicySchema = z.record(entityType, z.record(z.string(), z.record(z.string(), z.unknown())));

// RFC 5280 section 4.2.1.10, as section 6.2.2 of the federation standard applies it to the host of an identifier.
const domainSchema = z
  .string()
  .max(255)
  .regex(/^\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/);
const domains = z.array(domainSchema).max(64);

const constraintsSchema = z.object({
  max_path_length: z.int().nonnegative().exactOptional(),
  naming_constraints: z
    .object({ permitted: domains.exactOptional(), excluded: domains.exactOptional() })
    .exactOptional(),
  allowed_entity_types: z
    .array(entityType.refine((type) => type !== 'federation_entity'))
    .max(64)
    .exactOptional(),
});
export type Constraints = z.infer<typeof constraintsSchema>;

const trustMarkEntrySchema = z.object({ trust_mark_type: z.string().min(1).max(512), trust_mark: z.string().min(1) });
export type TrustMarkEntry = z.infer<typeof trustMarkEntrySchema>;

const common = { iss: entityIdSchema, sub: entityIdSchema, iat: epochSeconds, exp: epochSeconds, jwks: jwkSetSchema };
const foreign = z.never().exactOptional();
const neverInEither = {
  // These belong to explicit registration; elsewhere they must not appear (section 3.2).
  aud: foreign,
  trust_anchor: foreign,
};

/** What an entity says of itself (section 3.1). Claims that nobody defined are dropped. */
export const entityConfigurationSchema = z
  .object({
    ...common,
    metadata: metadataSchema.exactOptional(),
    authority_hints: z.array(entityIdSchema).min(1).max(32).exactOptional(),
    trust_anchor_hints: z.array(entityIdSchema).min(1).max(32).exactOptional(),
    trust_marks: z.array(trustMarkEntrySchema).max(64).exactOptional(),
    trust_mark_issuers: z.record(z.string(), z.array(entityIdSchema).max(64)).exactOptional(),
    trust_mark_owners: z.record(z.string(), z.object({ sub: entityIdSchema, jwks: jwkSetSchema })).exactOptional(),
    metadata_policy: foreign,
    metadata_policy_crit: foreign,
    constraints: foreign,
    source_endpoint: foreign,
    ...neverInEither,
  })
  .refine((claims) => claims.iss === claims.sub, 'an entity configuration is about its issuer')
  .refine((claims) => claims.exp > claims.iat, 'exp must be after iat');
export type EntityConfiguration = z.infer<typeof entityConfigurationSchema>;

/** What a superior says of an immediate subordinate (section 3.1.3). Claims that nobody defined are dropped. */
export const subordinateStatementSchema = z
  .object({
    ...common,
    metadata: metadataSchema.exactOptional(),
    metadata_policy: metadataPolicySchema.exactOptional(),
    // Its content is the policy's own matter: a fault there is `invalid_policy`.
    metadata_policy_crit: z.unknown().exactOptional(),
    constraints: constraintsSchema.exactOptional(),
    source_endpoint: z
      .url({ protocol: /^https?$/ })
      .max(1024)
      .exactOptional(),
    authority_hints: foreign,
    trust_anchor_hints: foreign,
    trust_marks: foreign,
    trust_mark_issuers: foreign,
    trust_mark_owners: foreign,
    ...neverInEither,
  })
  .refine((claims) => claims.iss !== claims.sub, 'a subordinate statement is about another entity')
  .refine((claims) => claims.exp > claims.iat, 'exp must be after iat');
export type SubordinateStatement = z.infer<typeof subordinateStatementSchema>;

export type EntityStatementClaims = EntityConfiguration | SubordinateStatement;
