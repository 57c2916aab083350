import { randomBytes } from 'node:crypto';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretBasic,
  type Configuration,
  type CustomFetch,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { z } from 'zod';
import { entityIdSchema } from '../../schemas/status.ts';
import type { CookieSeal } from './sealed-cookie.ts';
import type { SeenOnce } from './seen-once.ts';

/** The OpenID provider that operators log in with, and this gateway as its client. */
export interface OperatorProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export const SESSION_LIFETIME_MS = 4 * 3_600_000;
export const LOGIN_LIFETIME_MS = 600_000;

/** Who is logged in: the registry entity that this person signs for. Sealed in the browser's session cookie. */
const sessionSchema = z.strictObject({
  id: z.string(),
  entityId: entityIdSchema,
  name: z.string(),
  endsAtMs: z.number(),
});
export type OperatorSession = z.infer<typeof sessionSchema>;

/** A login that has begun: what ties its end to its beginning. Sealed in the browser's login cookie. */
const begunSchema = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  returnTo: z.string(),
  endsAtMs: z.number(),
});
type BegunLogin = z.infer<typeof begunSchema>;

const claimsSchema = z.object({
  sub: z.string().max(255),
  entity_id: entityIdSchema,
  name: z.string().max(200).optional(),
});

interface Parts {
  readonly provider: OperatorProvider;
  readonly gatewayId: string;
  /** The guarded way out: the provider's metadata says where its other endpoints are. */
  readonly fetch: CustomFetch;
  readonly seal: CookieSeal;
  /** Sessions that were logged out before their time. */
  readonly ended: SeenOnce;
  readonly nowMs: () => number;
}

/**
 * Operators' login to the registry page: OpenID Connect, authorization code with PKCE. Nothing is kept here for anybody:
 * what a visitor begins goes into that visitor's own cookie, so that no number of strangers pushes an operator out, and
 * any instance can end what another began. A session says who sits before
 * the page and entitles to nothing: what counts in the registry is signed by a key that is enrolled there.
 */
export class OperatorLogin {
  readonly redirectUri: string;
  readonly #parts: Parts;
  #configuration: Promise<Configuration> | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.redirectUri = `${parts.gatewayId}/registry/callback`;
  }

  /** Begins a login: the page of the provider to go to, and the cookie that its end must come with. */
  async begin(returnTo: string): Promise<{ readonly cookie: string; readonly url: string }> {
    const configuration = await this.#configured();
    const endsAtMs = this.#parts.nowMs() + LOGIN_LIFETIME_MS;
    const tie = { state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
    const begun: BegunLogin = { ...tie, returnTo, endsAtMs };
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: this.redirectUri,
      scope: 'openid',
      state: begun.state,
      nonce: begun.nonce,
      code_challenge: await calculatePKCECodeChallenge(begun.codeVerifier),
      code_challenge_method: 'S256',
      // Two operators may sit at one machine: whoever logs in says who it is.
      prompt: 'login',
    });
    return { cookie: this.#parts.seal.seal('login', begun), url: url.href };
  }

  /**
   * Ends a login that began with this cookie. `query` is what the provider's redirect carried. Null where it does not
   * belong to that login, or the provider says something else than who it is. Its code is good for one end alone.
   */
  async end(
    cookie: string | null,
    query: string,
  ): Promise<{ readonly cookie: string; readonly returnTo: string } | null> {
    const { seal, nowMs } = this.#parts;
    const begun = cookie === null ? undefined : begunSchema.safeParse(seal.open('login', cookie)).data;
    if (begun === undefined || begun.endsAtMs <= nowMs()) return null;
    const claims = await this.#claimsOf(begun, query);
    if (claims === null) return null;
    const session: OperatorSession = {
      id: randomBytes(16).toString('base64url'),
      entityId: claims.entity_id,
      name: claims.name ?? claims.sub,
      endsAtMs: nowMs() + SESSION_LIFETIME_MS,
    };
    return { cookie: seal.seal('session', session), returnTo: begun.returnTo };
  }

  async session(cookie: string | null): Promise<OperatorSession | null> {
    const session = this.#opened(cookie);
    return session === null || (await this.#parts.ended.has(session.id)) ? null : session;
  }

  /** Ends a session for whoever has a copy of its cookie as well. */
  async logOut(cookie: string | null): Promise<void> {
    const session = this.#opened(cookie);
    if (session !== null) await this.#parts.ended.note(session.id);
  }

  #opened(cookie: string | null): OperatorSession | null {
    if (cookie === null) return null;
    const session = sessionSchema.safeParse(this.#parts.seal.open('session', cookie)).data;
    return session !== undefined && session.endsAtMs > this.#parts.nowMs() ? session : null;
  }

  async #claimsOf({ state, nonce, codeVerifier }: BegunLogin, query: string) {
    try {
      const tokens = await authorizationCodeGrant(await this.#configured(), new URL(`${this.redirectUri}?${query}`), {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
      });
      return claimsSchema.safeParse(tokens.claims()).data ?? null;
    } catch {
      // Whatever the library refuses (state, nonce, signature, issuer, a denied login) is no login.
      return null;
    }
  }

  /** The provider's metadata, asked for at the first login and again where that failed. */
  #configured(): Promise<Configuration> {
    if (this.#configuration === null) {
      const found = discover(this.#parts.provider, this.#parts.fetch);
      this.#configuration = found;
      found.catch(() => {
        this.#configuration = null;
      });
    }
    return this.#configuration;
  }
}

async function discover(
  { issuer, clientId, clientSecret }: OperatorProvider,
  fetch: CustomFetch,
): Promise<Configuration> {
  const server = new URL(issuer);
  // The sandbox's provider is next door on the loopback; any other must be reached over TLS.
  const isNextDoor = server.protocol === 'http:' && server.hostname === '127.0.0.1';
  return await discovery(server, clientId, { id_token_signed_response_alg: 'ES256' }, ClientSecretBasic(clientSecret), {
    execute: [enableNonRepudiationChecks, ...(isNextDoor ? [allowInsecureRequests] : [])],
    [customFetch]: fetch,
  });
}
