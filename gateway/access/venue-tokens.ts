import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { ProvinceCode, VenueKind } from '../../schemas/code-lists/index.ts';
import type { ProblemCode } from '../../schemas/problem.ts';
import { ProblemError } from '../problem-error.ts';
import type { AuthorizationServer, EntityResolver } from '../trust/entity-resolver.ts';
import { TrustError } from '../trust/trust-error.ts';
import { claimedServer, verifyVenueToken } from '../trust/venue-token.ts';
import { Challenges } from './challenges.ts';
import type { Introspection } from './introspection.ts';
import type { Possession, PresentedRequest } from './possession.ts';

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

/** Under which name a client is counted: two servers may have one of the same name. */
export function clientOf({ issuer, clientId }: Pick<Venue, 'issuer' | 'clientId'>): string {
  return `${issuer} ${clientId}`;
}

/** What becomes of a token, for the count. `remembered`: verified before, and its server's chain is still the same. */
export type TokenOutcome = 'verified' | 'remembered' | 'missing' | 'invalid' | 'unproven' | 'foreign' | 'unavailable';

interface Parts {
  /** Null: nobody told this node whom to believe. */
  readonly resolver: Pick<EntityResolver, 'authorizationServer' | 'knownServer' | 'reread'> | null;
  /** The province that admitted an authorization server; null where the registry does not vouch for it now. */
  readonly provinceOf: (issuer: string) => ProvinceCode | null;
  /** What a token has to be for to ask the gateway of a province; null where that gateway is not here. */
  readonly audiencesOf: (province: ProvinceCode) => readonly string[] | null;
  /** Where a client reads which servers there are (RFC 9728). */
  readonly resourceMetadata: string;
  /** For tokens that are bound to a key. */
  readonly possession: Possession;
  /** For servers that want to be asked about each token. */
  readonly introspection: Introspection;
  readonly onOutcome: (outcome: TokenOutcome) => void;
  readonly log: Logger;
  readonly nowMs: () => number;
}

interface Remembered {
  readonly venue: Venue;
  readonly expS: number;
  /** Thumbprint of the key that it is bound to. */
  readonly jkt: string | null;
  /** As its chain had it then: another chain since may have taken a key or a region away. */
  readonly server: AuthorizationServer;
}

const REMEMBERED_TOKENS = 20_000;
/** A stranger may name any server: one that is away is not looked for at every question. */
const TRY_AGAIN_AFTER_MS = 1_000;
const BEARER = /^bearer ([^ ]+)$/i;
const OUTCOMES: ReadonlyMap<ProblemCode, TokenOutcome> = new Map([
  ['token_missing', 'missing'],
  ['token_invalid', 'invalid'],
  ['proof_missing', 'unproven'],
  ['proof_invalid', 'unproven'],
  ['proof_nonce_required', 'unproven'],
  ['proof_replayed', 'unproven'],
  ['venue_foreign', 'foreign'],
  // The token is a good one, whose client asks too often.
  ['rate_limited', 'remembered'],
  ['unknown_codes_excessive', 'remembered'],
]);

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
  readonly #challenges: Challenges;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#challenges = new Challenges(parts.resourceMetadata);
  }

  /** What a client's next proof has to contain (RFC 9449 section 8.2). */
  proofNonce(): string {
    return this.#parts.possession.nonce();
  }

  /**
   * The venue that a request is from, once `admit` has let it in: before its proof is used up. Throws ProblemError
   * `token_missing`, `token_invalid`, `proof_missing`, `proof_invalid`, `proof_nonce_required`, `proof_replayed`,
   * `venue_foreign`, `unavailable`, and what `admit` throws.
   */
  authenticate(request: PresentedRequest, admit: (venue: Venue) => void = () => undefined): Venue | Promise<Venue> {
    const venue = this.#rememberedOf(request.authorization);
    if (venue === null) return this.#counted(request, admit);
    admit(venue);
    return venue;
  }

  /** The venue of a bearer token that was verified before, where nothing has to be waited for. Null: it has to be looked at. */
  #rememberedOf(authorization = ''): Venue | null {
    const token = BEARER.exec(authorization)?.[1];
    const known = token === undefined ? undefined : this.#remembered.get(nameOf(token));
    if (known === undefined || known.jkt !== null || known.expS * 1000 <= this.#parts.nowMs()) return null;
    const { provinceOf, audiencesOf, resolver, onOutcome } = this.#parts;
    const { issuer, province, introspectionEndpoint } = known.server;
    // Its server's word may have ended since.
    if (introspectionEndpoint !== null) return null;
    const isHere = provinceOf(issuer) === province && audiencesOf(province) !== null;
    if (!isHere || this.#unreachable.has(issuer) || resolver?.knownServer(issuer) !== known.server) return null;
    onOutcome('remembered');
    return known.venue;
  }

  async #counted(request: PresentedRequest, admit: (venue: Venue) => void): Promise<Venue> {
    try {
      return await this.#authenticate(request, admit);
    } catch (error) {
      if (error instanceof ProblemError) this.#parts.onOutcome(OUTCOMES.get(error.code) ?? 'unavailable');
      throw error;
    }
  }

  async #authenticate(request: PresentedRequest, admit: (venue: Venue) => void): Promise<Venue> {
    const { token, isProven } = this.#presented(request.authorization);
    const name = nameOf(token);
    const known = await this.#recalled(name);
    const accepted = known ?? (await this.#verify(token));
    if (known === null) this.#remembered.set(name, accepted);
    const proof = await this.#checkPossession(request, isProven, token, accepted);
    const { venue, server } = accepted;
    const { clientId } = venue;
    if (!(await this.#parts.introspection.isActive({ hash: name, token, clientId }, server))) {
      throw this.#challenges.invalid('its authorization server says that it counts no more', 'inactive');
    }
    if (proof === null) admit(venue);
    else await this.#parts.possession.spend(proof, this.#challenges, () => admit(venue));
    this.#parts.onOutcome(known === null ? 'verified' : 'remembered');
    return venue;
  }

  /** The proof that is to be spent; null for a token that is bound to no key. */
  async #checkPossession(request: PresentedRequest, isProven: boolean, token: string, { jkt }: Remembered) {
    if (jkt === null) {
      if (isProven) throw this.#challenges.invalid('the token is bound to no key', 'not_bound');
      return null;
    }
    const shown = isProven ? request : withoutProof(request);
    return await this.#parts.possession.check(shown, { token, jkt }, this.#challenges);
  }

  /** A token that was verified before, while it lasts and its server's chain is the same. */
  async #recalled(name: string): Promise<Remembered | null> {
    const known = this.#remembered.get(name);
    if (known === undefined || known.expS * 1000 <= this.#parts.nowMs()) return null;
    const { server } = await this.#serverOf(known.server.issuer);
    return server === known.server ? known : null;
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
      throw error instanceof TrustError ? this.#challenges.untrusted(error) : error;
    }
  }

  async #verifyAs(token: string, issuer: string): Promise<Remembered> {
    const { server, audiences } = await this.#serverOf(issuer);
    const atS = Math.floor(this.#parts.nowMs() / 1000);
    const claims = await verifyVenueToken(token, server, { audiences, atS });
    const { client_id, venue_kind, region, exp, cnf, dpop_bound_access_tokens } = claims;
    // Its server gave out what the client's registration forbids: whoever found it would need no key.
    if (dpop_bound_access_tokens === true && cnf === undefined) {
      throw this.#challenges.invalid('the client is registered for bound tokens, and this one is not', 'not_bound');
    }
    const venue = { issuer, clientId: client_id, kind: venue_kind, region, destination: server.province };
    return { venue, expS: exp, jkt: cnf?.jkt ?? null, server };
  }

  /** The server of that name, where it is of a province whose gateway is here. Another province's is not even looked up. */
  async #serverOf(issuer: string) {
    const { provinceOf, audiencesOf } = this.#parts;
    const province = provinceOf(issuer);
    if (province === null) {
      throw this.#challenges.invalid('no province has admitted the server that the token is from', 'issuer_unknown');
    }
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

  #presented(authorization: string | undefined): { readonly token: string; readonly isProven: boolean } {
    if (authorization === undefined) throw this.#challenges.missing();
    const [, scheme = '', token = ''] = /^(bearer|dpop) ([^ ]+)$/i.exec(authorization) ?? [];
    if (token !== '') return { token, isProven: scheme.length === 'dpop'.length };
    throw this.#challenges.invalid('the Authorization header is not a bearer token', 'scheme_unknown');
  }

  #unavailable(): ProblemError {
    const detail = 'the trust chain of the authorization server cannot be had';
    return new ProblemError('unavailable', detail, { 'retry-after': '5' });
  }
}

/** What a token is remembered by: it could be used by whoever reads it. */
function nameOf(token: string): string {
  return hash('sha256', token, 'base64url');
}

/** A bound token that is sent as a bearer token is refused, whatever comes beside it (RFC 9449 section 7.2). */
function withoutProof(request: PresentedRequest): PresentedRequest {
  return { ...request, proof: undefined };
}
