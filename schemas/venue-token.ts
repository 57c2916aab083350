import { z } from 'zod';
import { divisionCodeSchema, venueKindSchema } from './code-lists/index.ts';
import { regionPrefixSchema } from './mandate.ts';
import { numericDateSchema } from './status.ts';

/** Media type of a venue's access token (RFC 9068 section 2.1). */
export const VENUE_TOKEN_TYP = 'at+jwt';
/** The scope that lets a venue ask. */
export const VENUE_SCOPE = 'verify';
export const MAX_VENUE_TOKEN_LENGTH = 4_096;
/** A venue scans all day with one token; one that lives longer outlives whoever lost it. */
export const MAX_VENUE_TOKEN_LIFE_S = 86_400;

/** Which venues an authorization server may vouch for: kinds, and GB/T 2260 prefixes within its province. */
export const venueKindsSchema = z.array(venueKindSchema).min(1).max(32);
export const venueRegionsSchema = z.array(regionPrefixSchema).min(1).max(400);

/** RFC 7638 thumbprint, SHA-256 in base64url. */
const thumbprintSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const nameSchema = z.string().min(1).max(256);

/**
 * An access token with every claim that RFC 9068 section 2.2 requires, the two that place a venue, and those of a client
 * whose tokens are bound to a key (RFC 9449 sections 5.2 and 6.1): the key, and that it was registered so.
 */
export const venueTokenClaimsSchema = z.object({
  iss: nameSchema.max(512),
  sub: nameSchema,
  aud: z.union([nameSchema.max(512), z.array(nameSchema.max(512)).min(1).max(16)]),
  exp: numericDateSchema,
  iat: numericDateSchema,
  jti: nameSchema,
  client_id: nameSchema,
  scope: z.string().min(1).max(1_000),
  venue_kind: venueKindSchema,
  region: divisionCodeSchema,
  // Whoever binds a token in a way that is not known here meant it not to be taken from everybody.
  cnf: z.strictObject({ jkt: thumbprintSchema }).exactOptional(),
  dpop_bound_access_tokens: z.boolean().exactOptional(),
});
export type VenueTokenClaims = z.infer<typeof venueTokenClaimsSchema>;
