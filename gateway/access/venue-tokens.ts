import { createHash } from 'node:crypto';
import { createRemoteJWKSet, customFetch, errors, type FetchImplementation, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import {
  divisionCodeSchema,
  type ProvinceCode,
  provinceOfDivision,
  type VenueKind,
  venueKindSchema,
} from '../../schemas/code-lists/index.ts';
import { numericDateSchema } from '../../schemas/status.ts';
import { ProblemError } from '../problem-error.ts';

/** Who asks: as the venues' authorization server vouches for it. */
export interface Venue {
  readonly clientId: string;
  readonly kind: VenueKind;
  /** GB/T 2260 division where the venue stands. */
  readonly region: string;
  readonly destination: ProvinceCode;
}

export interface AuthorizationServer {
  readonly issuer: string;
  readonly jwksUri: string;
}

const REQUIRED_SCOPE = 'verify';
const MAX_TOKEN_LENGTH = 4096;
const REMEMBERED_TOKENS = 20_000;

/** RFC 9068 access token with the three claims that place a venue. */
const claimsSchema = z.object({
  client_id: z.string().min(1).max(256),
  exp: numericDateSchema,
  scope: z.string().max(1000),
  venue_kind: venueKindSchema,
  region: divisionCodeSchema,
});

interface Remembered {
  readonly venue: Venue;
  readonly expS: number;
}

/**
 * Verifies venues' access tokens (RFC 9068) once, and remembers the outcome under the token's SHA-256 until it expires:
 * a P-256 verification costs three times a signature, and a venue scans all day with one token.
 */
export class VenueTokens {
  readonly #jwks: ReturnType<typeof createRemoteJWKSet>;
  readonly #remembered = new LRUCache<string, Remembered>({ max: REMEMBERED_TOKENS });
  readonly #server: AuthorizationServer;
  readonly #audience: string;
  readonly #nowMs: () => number;

  /** `fetch` is the guarded way out: the address of the keys may be another party's choice. */
  constructor(
    server: AuthorizationServer,
    audience: string,
    { fetch, nowMs }: { readonly fetch: FetchImplementation; readonly nowMs: () => number },
  ) {
    this.#server = server;
    this.#audience = audience;
    this.#nowMs = nowMs;
    this.#jwks = createRemoteJWKSet(new URL(server.jwksUri), { timeoutDuration: 2_000, [customFetch]: fetch });
  }

  /** The venue behind an `Authorization` header. Throws ProblemError `token_missing`, `token_invalid`, `unavailable`. */
  async authenticate(authorization: string | undefined): Promise<Venue> {
    const token = bearerToken(authorization);
    const hash = createHash('sha256').update(token).digest('base64url');
    const known = this.#remembered.get(hash);
    if (known !== undefined && known.expS * 1000 > this.#nowMs()) return known.venue;
    const fresh = await this.#verify(token);
    this.#remembered.set(hash, fresh);
    return fresh.venue;
  }

  async #verify(token: string): Promise<Remembered> {
    const claims = await this.#claims(token);
    if (!claims.scope.split(' ').includes(REQUIRED_SCOPE)) throw invalid('the scope does not cover verification');
    const destination = provinceOfDivision(claims.region);
    if (destination === null) throw invalid('the region is in no province');
    const venue = { clientId: claims.client_id, kind: claims.venue_kind, region: claims.region, destination };
    return { venue, expS: claims.exp };
  }

  async #claims(token: string): Promise<z.infer<typeof claimsSchema>> {
    try {
      const { payload } = await jwtVerify(token, this.#jwks, {
        issuer: this.#server.issuer,
        audience: this.#audience,
        algorithms: ['ES256', 'EdDSA'],
        typ: 'at+jwt',
        clockTolerance: 5,
        currentDate: new Date(this.#nowMs()),
      });
      return claimsSchema.parse(payload);
    } catch (error) {
      if (error instanceof z.ZodError) throw invalid('the token does not place a venue');
      if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) {
        throw new ProblemError('unavailable', 'the keys of the authorization server cannot be read', {
          'retry-after': '5',
        });
      }
      throw invalid(error instanceof errors.JWTExpired ? 'the token has expired' : 'the token does not verify');
    }
  }
}

function bearerToken(authorization: string | undefined): string {
  if (authorization === undefined) {
    throw new ProblemError('token_missing', undefined, { 'www-authenticate': 'Bearer realm="huren"' });
  }
  const [scheme, token, ...more] = authorization.split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined || token === '' || more.length > 0) {
    throw invalid('the Authorization header is not a bearer token');
  }
  if (token.length > MAX_TOKEN_LENGTH) throw invalid('the token is too long');
  return token;
}

function invalid(detail: string): ProblemError {
  return new ProblemError('token_invalid', detail, {
    'www-authenticate': 'Bearer realm="huren", error="invalid_token"',
  });
}
