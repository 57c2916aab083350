import { randomBytes } from 'node:crypto';
import type { CustomFetch } from 'openid-client';
import { z } from 'zod';
import { VENUE_SCOPE, venueTokenClaimsSchema } from '../../schemas/venue-token.ts';
import { ProblemError } from '../problem-error.ts';
import { parseVenueToken } from '../trust/venue-token.ts';
import { CodeLogin, type LoginProvider } from './code-login.ts';
import type { PresentedRequest } from './possession.ts';
import type { CookieSeal } from './sealed-cookie.ts';
import type { SeenOnce } from './seen-once.ts';
import type { Venue, VenueTokens } from './venue-tokens.ts';

/** A shift at a door; a session ends with its token where that ends earlier. */
export const STAFF_SESSION_LIFETIME_MS = 12 * 3_600_000;
/** A longer one does not fit into a cookie once it is sealed. */
const MAX_TOKEN_LENGTH = 2_400;
const PURPOSE = 'staff session';

/** A venue's token, and the account at its authorization server that it is for. Sealed in the browser's session cookie. */
const sessionSchema = z.strictObject({
  id: z.string(),
  token: z.string(),
  account: z.string(),
  endsAtMs: z.number(),
});
type Sealed = z.infer<typeof sessionSchema>;

/** Who has signed in, as far as a page has to know. */
export interface StaffSession {
  readonly venue: Venue;
  readonly endsAtMs: number;
}

interface Parts {
  readonly provider: LoginProvider;
  readonly nodeUrl: string;
  readonly fetch: CustomFetch;
  readonly seal: CookieSeal;
  readonly ended: SeenOnce;
  readonly tokens: Pick<VenueTokens, 'authenticate'>;
  readonly nowMs: () => number;
}

/**
 * Staff of a venue sign in at their province's authorization server, and the page they use asks as that venue. The node keeps
 * nothing: the token is sealed in the browser's own cookie, which no script reads, and is looked at anew with every question,
 * so that whatever ends a token ends the session. Its `sub` is the venue's name in what is counted and signed: staff of all
 * venues share the one client that the node is.
 */
export class StaffLogin {
  readonly #parts: Parts;
  readonly #login: CodeLogin;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { provider, nodeUrl, fetch, seal, nowMs } = parts;
    const asked = { scope: VENUE_SCOPE, resource: nodeUrl };
    const how = { protocol: 'oauth', purpose: 'staff login', redirectUri: `${nodeUrl}/scan/callback` } as const;
    this.#login = new CodeLogin({ ...how, provider, asked, fetch, seal, nowMs });
  }

  begin(returnTo: string): ReturnType<CodeLogin['begin']> {
    return this.#login.begin(returnTo);
  }

  /** As the login's end, with the cookie of a session; null where what the server gave is no venue's token here. */
  async end(
    cookie: string | null,
    query: string,
  ): Promise<{ readonly cookie: string; readonly returnTo: string } | null> {
    const ended = await this.#login.end(cookie, query);
    const token = ended?.tokens.access_token;
    if (ended === null || token === undefined || token.length > MAX_TOKEN_LENGTH) return null;
    const venue = await this.#venueOfToken(token).catch(noVenue);
    if (venue === null) return null;
    const { sub: account, exp } = venueTokenClaimsSchema.parse(parseVenueToken(token));
    const endsAtMs = Math.min(exp * 1000, this.#parts.nowMs() + STAFF_SESSION_LIFETIME_MS);
    const session: Sealed = { id: randomBytes(16).toString('base64url'), token, account, endsAtMs };
    return { cookie: this.#parts.seal.seal(PURPOSE, session), returnTo: ended.returnTo };
  }

  async #venueOfToken(token: string): Promise<Venue> {
    return await this.#parts.tokens.authenticate(asBearer(token));
  }

  async session(cookie: string | null): Promise<StaffSession | null> {
    const session = await this.#open(cookie);
    const venue = session === null ? null : await this.#venueOf(session).catch(noVenue);
    return session === null || venue === null ? null : { venue, endsAtMs: session.endsAtMs };
  }

  /**
   * The venue behind a question of the page. A browser says which page asks, and one of another site may not: with the cookie
   * alone it could ask in the venue's name. Throws ProblemError as a token does, and `origin_refused`.
   */
  async authenticate(cookie: string, origin: string | undefined): Promise<Venue> {
    if (origin !== new URL(this.#parts.nodeUrl).origin) {
      throw new ProblemError('origin_refused', 'the page that asks is not one of this gateway');
    }
    const session = await this.#open(cookie);
    if (session !== null) return await this.#venueOf(session);
    return await this.#parts.tokens.authenticate({ ...asBearer(''), authorization: undefined });
  }

  /** Ends a session for whoever has a copy of its cookie as well. */
  async logOut(cookie: string | null): Promise<void> {
    const session = await this.#open(cookie);
    if (session !== null) await this.#parts.ended.note(session.id);
  }

  async #venueOf({ token, account }: Sealed): Promise<Venue> {
    return { ...(await this.#parts.tokens.authenticate(asBearer(token))), clientId: account };
  }

  async #open(cookie: string | null): Promise<Sealed | null> {
    const session = cookie === null ? undefined : sessionSchema.safeParse(this.#parts.seal.open(PURPOSE, cookie)).data;
    if (session === undefined || session.endsAtMs <= this.#parts.nowMs()) return null;
    return (await this.#parts.ended.has(session.id)) ? null : session;
  }
}

/** As a request carries it. A bound token is refused so: the key would have to be here. */
function asBearer(token: string): PresentedRequest {
  return { authorization: `Bearer ${token}`, proof: undefined, method: 'POST', path: '' };
}

function noVenue(error: unknown): null {
  if (error instanceof ProblemError) return null;
  throw error;
}
