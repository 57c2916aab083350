import {
  MAX_VENUE_TOKEN_LENGTH,
  MAX_VENUE_TOKEN_LIFE_S,
  VENUE_SCOPE,
  VENUE_TOKEN_TYP,
  type VenueTokenClaims,
  venueTokenClaimsSchema,
} from '../../schemas/venue-token.ts';
import type { AuthorizationServer } from './entity-resolver.ts';
import { CLOCK_SKEW_S } from './entity-statement.ts';
import type { JsonObject } from './strict-json.ts';
import { type CompactOptions, keysOf, parseCompact, verifyCompact } from './strict-jws.ts';
import { TrustError } from './trust-error.ts';

const OPTIONS: CompactOptions = { maxBytes: MAX_VENUE_TOKEN_LENGTH, typ: VENUE_TOKEN_TYP };
/** RFC 9068 section 4 has a resource server take both spellings of the type. */
const PREFIXED: CompactOptions = { ...OPTIONS, typ: `application/${VENUE_TOKEN_TYP}` };

/** Which authorization server a token claims to be from: a stranger's word, good only for finding the keys. Throws TrustError. */
export function claimedServer(token: string): string {
  const { iss } = parseVenueToken(token);
  if (typeof iss === 'string') return iss;
  throw new TrustError('claims_invalid', 'the token does not say who issued it');
}

/** What a token says, unverified. Throws TrustError. */
export function parseVenueToken(token: string): JsonObject {
  return parseCompact(token, optionsFor(token)).payload;
}

/**
 * Verifies a venue's access token (RFC 9068) of an authorization server for one of `audiences`, and that the server may
 * vouch for such a venue: one of a kind and in a region that its province admitted it for. Throws TrustError.
 */
export async function verifyVenueToken(
  token: string,
  server: AuthorizationServer,
  { audiences, atS }: { readonly audiences: readonly string[]; readonly atS: number },
): Promise<VenueTokenClaims> {
  const { payload } = await verifyCompact(token, keysOf(server.jwks, atS), optionsFor(token));
  const parsed = venueTokenClaimsSchema.safeParse(payload);
  if (!parsed.success) {
    const [at = 'a claim'] = parsed.error.issues.map(({ path }) => String(path[0] ?? 'a claim'));
    throw new TrustError('claims_invalid', `the token is none of a venue: ${at} is missing or wrong`);
  }
  const claims = parsed.data;
  if (claims.iss !== server.issuer) throw new TrustError('issuer_mismatch', 'the token is from another server');
  if (![claims.aud].flat().some((audience) => audiences.includes(audience))) {
    throw new TrustError('audience_mismatch', 'the token is for another resource');
  }
  checkTimes(claims, atS);
  if (!claims.scope.split(' ').includes(VENUE_SCOPE)) {
    throw new TrustError('scope_missing', `the scope does not contain ${VENUE_SCOPE}`);
  }
  checkVenue(claims, server);
  return claims;
}

function checkTimes({ iat, exp }: VenueTokenClaims, atS: number): void {
  if (iat > atS + CLOCK_SKEW_S) throw new TrustError('not_yet_valid', 'the token is from the future');
  if (exp <= atS) throw new TrustError('expired', 'the token has expired');
  if (exp - iat > MAX_VENUE_TOKEN_LIFE_S) {
    throw new TrustError('lives_too_long', `the token lives longer than ${MAX_VENUE_TOKEN_LIFE_S} s`);
  }
}

/** What a client is, its server's operator decides; what a server may say, its province. */
function checkVenue({ venue_kind, region }: VenueTokenClaims, { venueKinds, regions }: AuthorizationServer): void {
  if (!venueKinds.includes(venue_kind)) {
    throw new TrustError('venue_kind_refused', 'the province lets the server vouch for no venue of this kind');
  }
  if (!regions.some((prefix) => region.startsWith(prefix))) {
    throw new TrustError('region_refused', 'the province lets the server vouch for no venue in this region');
  }
}

function optionsFor(token: string): CompactOptions {
  try {
    parseCompact(token, OPTIONS);
  } catch (error) {
    if (error instanceof TrustError && error.code === 'typ_wrong') return PREFIXED;
  }
  return OPTIONS;
}
