import { z } from 'zod';
import { levelSchema, provinceCodeSchema, roleSchema } from '../../schemas/code-lists/index.ts';
import { venueKindsSchema, venueRegionsSchema } from '../../schemas/venue-token.ts';
import { MAX_CREDENTIAL_DOCUMENT_LENGTH } from './credential-documents.ts';
import { entityIdSchema } from './entity-claims.ts';
import { jwkSetSchema } from './public-key.ts';

/**
 * The registry to believe: who created it, with which keys, and the verifier keys (C2SP signed-note) that sign its log's
 * checkpoints. Pinned like the anchor: whoever keeps the log must not also say how to check it.
 */
export const registryPinSchema = z.object({
  entity_id: entityIdSchema,
  jwks: jwkSetSchema,
  log_keys: z.array(z.string().min(1).max(400)).min(1).max(4),
});
export type RegistryPin = z.infer<typeof registryPinSchema>;

/**
 * What a verifier takes along: the national trust anchor's identifier and federation keys, which it takes on trust,
 * and trust chains, historical keys and status lists, which it checks. An anchor file is a bundle without those.
 */
export const trustBundleSchema = z.object({
  entity_id: entityIdSchema,
  jwks: jwkSetSchema,
  chains: z.record(z.string(), z.array(z.string().max(65_536)).min(1).max(8)).default({}),
  /** Signed historical key sets by entity: what was revoked after the chains were taken. */
  historical_keys: z.record(z.string(), z.string().max(65_536)).default({}),
  /** Status list tokens of passes by their URI. */
  status_lists: z.record(z.string(), z.string().max(65_536)).default({}),
  registry: registryPinSchema.exactOptional(),
  /** Keys that sign trust lists and rules of holder-carried certificates; believed where the anchor file pins them. */
  credential_signers: jwkSetSchema.exactOptional(),
  /** Signed trust lists, and destinations' signed rules. */
  credential_lists: z.array(z.string().max(MAX_CREDENTIAL_DOCUMENT_LENGTH)).max(16).exactOptional(),
  credential_rules: z.array(z.string().max(MAX_CREDENTIAL_DOCUMENT_LENGTH)).max(64).exactOptional(),
});
export type TrustBundle = z.infer<typeof trustBundleSchema>;

const endpointSchema = z.url({ protocol: /^https?$/ }).max(1024);

/** Entity type of a gateway: whose it is, and the keys that its attestations are signed with, both by its superior's word. */
export const RECOGNITION_GATEWAY = 'recognition_gateway';
export const recognitionGatewayMetadataSchema = z.object({ province: provinceCodeSchema, jwks: jwkSetSchema });

/** Entity type of the national monitor: the keys that it proves itself with to the nodes whose reports it reads. */
export const RECOGNITION_MONITOR = 'recognition_monitor';
export const recognitionMonitorMetadataSchema = z.object({ jwks: jwkSetSchema });

/** Entity type of a province and its issuers: which one it is, and the keys of its statements, both by the superior's word. */
export const STATUS_ISSUER = 'status_issuer';
export const statusIssuerMetadataSchema = z.object({ province: provinceCodeSchema, jwks: jwkSetSchema });

/** Entity type of an agency below a province: the part of the procedure that it signs, and its keys. */
export const ASSIGNMENT_AGENCY = 'assignment_agency';
export const agencyMetadataSchema = z.object({
  province: provinceCodeSchema,
  level: levelSchema,
  role: roleSchema,
  jwks: jwkSetSchema,
});

/**
 * Entity type of a venues' authorization server (OpenID Federation 1.0 section 5.1.3, RFC 8414). Its superior says whose it
 * is and which venues it may vouch for; where tokens are, the keys that they are signed with, and whether it wants to be asked about each of them (RFC 7662), it says itself.
 */
export const AUTHORIZATION_SERVER = 'oauth_authorization_server';
export const authorizationServerMetadataSchema = z
  .object({
    issuer: entityIdSchema,
    token_endpoint: endpointSchema,
    introspection_endpoint: endpointSchema.exactOptional(),
    huren_introspection_required: z.boolean().exactOptional(),
    jwks: jwkSetSchema,
    huren_province: provinceCodeSchema,
    huren_venue_kinds: venueKindsSchema,
    huren_regions: venueRegionsSchema,
  })
  .refine(
    ({ huren_introspection_required, introspection_endpoint }) =>
      huren_introspection_required !== true || introspection_endpoint !== undefined,
    'who has to be asked says where',
  );
