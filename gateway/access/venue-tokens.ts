import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { ProvinceCode, VenueKind } from '../../schemas/code-lists/index.ts';
import { ProblemError } from '../problem-error.ts';
import type { AuthorizationServer, EntityResolver } from '../trust/entity-resolver.ts';
import { TrustError } from '../trust/trust-error.ts';
import { claimedServer, verifyVenueToken } from '../trust/venue-token.ts';

/** Who asks: as the authorization server of the venue's province vouches for it. */
export interface Venue {
  /** The server that vouches for it: a client's name means something there alone. */
  readonly issuer: string;
  readonly clientId: string;
  readonly kind: VenueKind;
  /** GB/T 2260 division where the venue stands. */
  readonly region: string;
  readonly destination: ProvinceCode;
}

/** What becomes of a token, for the count. `remembered`: verified before, and its server's chain is still the same. */
export type TokenOutcome = 'verified' | 'remembered' | 'missing' | 'invalid' | 'foreign' | 'unavailable';

interface Parts {
  /** Null: nobody told this node whom to believe. */
  readonly resolver: Pick<EntityResolver, 'authorizationServer' | 'reread'> | null;
  /** The province that admitted an authorization server; null where the registry does not vouch for it now. */
  readonly provinceOf: (issuer: string) => ProvinceCode | null;
  /** What a token has to be for to ask the gateway of a province; null where that gateway is not here. */
  readonly audiencesOf: (province: ProvinceCode) => readonly string[] | null;
  /** Where a client reads which servers there are (RFC 9728). */
  readonly resourceMetadata: string;
  readonly onOutcome: (outcome: TokenOutcome) => void;
  readonly log: Logger;
  readonly nowMs: () => number;
}

interface Remembered {
  readonly venue: Venue;
  readonly expS: number;
  /** As its chain had it then: another chain since may have taken a key or a region away. */
  readonly server: AuthorizationServer;
}

const REMEMBERED_TOKENS = 20_000;
/** A stranger may name any server: one that is away is not looked for at every question. */
const TRY_AGAIN_AFTER_MS = 1_000;
const OUTCOMES = { token_missing: 'missing', token_invalid: 'invalid', venue_foreign: 'foreign' } as const;

/**
 * Verifies venues' access tokens (RFC 9068) once, and remembers the outcome under the token's SHA-256 until it expires: a
 * P-256 verification costs three times a signature, and a venue scans all day with one token. Whose token it is follows
 * from the registry and the server's trust chain alone, at every use: a server that was removed vouches for nobody.
 */
export class VenueTokens {
  readonly #remembered = new LRUCache<string, Remembered>({ max: REMEMBERED_TOKENS });
  /** Servers whose chain could not be had, and when somebody last looked (ms since 1970): told once. */
  readonly #unreachable = new Map<string, number>();
  readonly #parts: Parts;
  readonly #challenge: string;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#challenge = `Bearer realm="huren", resource_metadata="${parts.resourceMetadata}"`;
  }

  /**
   * The venue behind an `Authorization` header. Throws ProblemError `token_missing`, `token_invalid`, `venue_foreign`,
   * `unavailable`.
   */
  async authenticate(authorization: string | undefined): Promise<Venue> {
    try {
      return await this.#authenticate(authorization);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      const { code } = error;
      this.#parts.onOutcome(
        code === 'token_missing' || code === 'token_invalid' || code === 'venue_foreign'
          ? OUTCOMES[code]
          : 'unavailable',
      );
      throw error;
    }
  }

  async #authenticate(authorization: string | undefined): Promise<Venue> {
    const token = this.#bearerToken(authorization);
    const hash = createHash('sha256').update(token).digest('base64url');
    const known = this.#remembered.get(hash);
    if (known !== undefined && known.expS * 1000 > this.#parts.nowMs()) {
      const { server } = await this.#serverOf(known.server.issuer);
      if (server === known.server) {
        this.#parts.onOutcome('remembered');
        return known.venue;
      }
    }
    const fresh = await this.#verify(token);
    this.#remembered.set(hash, fresh);
    this.#parts.onOutcome('verified');
    return fresh.venue;
  }

  async #verify(token: string): Promise<Remembered> {
    try {
      const issuer = claimedServer(token);
      return await this.#verifyAs(token, issuer).catch(async (error: unknown) => {
        if (!(error instanceof TrustError) || error.code !== 'key_unknown') throw error;
        // The server may have rotated its keys since its chain was read.
        await this.#reread(issuer);
        return await this.#verifyAs(token, issuer);
      });
    } catch (error) {
      throw error instanceof TrustError ? this.#invalid(error.message) : error;
    }
  }

  async #verifyAs(token: string, issuer: string): Promise<Remembered> {
    const { server, audiences } = await this.#serverOf(issuer);
    const atS = Math.floor(this.#parts.nowMs() / 1000);
    const { client_id, venue_kind, region, exp } = await verifyVenueToken(token, server, { audiences, atS });
    const venue = { issuer, clientId: client_id, kind: venue_kind, region, destination: server.province };
    return { venue, expS: exp, server };
  }

  /** The server of that name, where it is of a province whose gateway is here. Another province's is not even looked up. */
  async #serverOf(issuer: string) {
    const { provinceOf, audiencesOf } = this.#parts;
    const province = provinceOf(issuer);
    if (province === null) throw this.#invalid('no province has admitted the server that the token is from');
    const audiences = audiencesOf(province);
    if (audiences === null) throw new ProblemError('venue_foreign');
    const server = await this.#resolved(issuer);
    // What the log says and what the chain says have to be the same.
    if (server.province !== province) throw this.#unavailable();
    return { server, audiences };
  }

  async #resolved(issuer: string): Promise<AuthorizationServer> {
    const { resolver, log, nowMs } = this.#parts;
    const triedMs = this.#unreachable.get(issuer);
    if (triedMs !== undefined && Math.abs(nowMs() - triedMs) < TRY_AGAIN_AFTER_MS) throw this.#unavailable();
    try {
      if (resolver === null) throw new TrustError('anchor_unknown', 'this gateway has no trust anchor');
      const server = await resolver.authorizationServer(issuer);
      if (this.#unreachable.delete(issuer)) log.info({ issuer }, 'the chain of an authorization server verifies');
      return server;
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      const { code, link } = error;
      this.#unreachable.set(issuer, nowMs());
      if (triedMs === undefined) {
        log.warn(
          { issuer, code, link },
          'the chain of an authorization server cannot be had: its venues are turned away',
        );
      }
      throw this.#unavailable();
    }
  }

  /** Whether an unknown key is a new one cannot be told where the chain cannot be had. */
  async #reread(issuer: string): Promise<void> {
    try {
      await this.#parts.resolver?.reread(issuer);
    } catch (error) {
      throw error instanceof TrustError ? this.#unavailable() : error;
    }
  }

  #bearerToken(authorization: string | undefined): string {
    if (authorization === undefined) {
      throw new ProblemError('token_missing', undefined, { 'www-authenticate': this.#challenge });
    }
    const [, token] = /^bearer ([^ ]+)$/i.exec(authorization) ?? [];
    if (token === undefined) throw this.#invalid('the Authorization header is not a bearer token');
    return token;
  }

  #invalid(detail: string): ProblemError {
    return new ProblemError('token_invalid', detail, {
      'www-authenticate': `${this.#challenge}, error="invalid_token"`,
    });
  }

  #unavailable(): ProblemError {
    const detail = 'the trust chain of the authorization server cannot be had';
    return new ProblemError('unavailable', detail, { 'retry-after': '5' });
  }
}
