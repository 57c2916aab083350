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
import type { CookieSeal } from './sealed-cookie.ts';

/** Where people log in, and this gateway as a client there. */
export interface LoginProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export const LOGIN_LIFETIME_MS = 600_000;

/** A login that has begun: what ties its end to its beginning. Sealed in the browser's login cookie. */
const begunSchema = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  returnTo: z.string(),
  endsAtMs: z.number(),
});
type BegunLogin = z.infer<typeof begunSchema>;

interface Parts {
  readonly provider: LoginProvider;
  /** `openid`: who it is, by an ID token (OpenID Connect). `oauth`: an access token alone (RFC 6749, metadata of RFC 8414). */
  readonly protocol: 'openid' | 'oauth';
  readonly redirectUri: string;
  /** What is asked for beside that: a scope, a resource. */
  readonly asked: Readonly<Record<string, string>>;
  /** What its cookies are sealed for: one login's are nothing to another. */
  readonly purpose: string;
  /** The guarded way out: the provider's metadata says where its other endpoints are. */
  readonly fetch: CustomFetch;
  readonly seal: CookieSeal;
  readonly nowMs: () => number;
}

type Tokens = Awaited<ReturnType<typeof authorizationCodeGrant>>;

/**
 * A login by authorization code with PKCE, whoever logs in. Nothing is kept here for anybody: what a visitor begins goes into
 * that visitor's own cookie, so that no number of strangers pushes anybody out, and any instance can end what another began.
 */
export class CodeLogin {
  readonly #parts: Parts;
  #configuration: Promise<Configuration> | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Begins a login: the page of the provider to go to, and the cookie that its end must come with. */
  async begin(returnTo: string): Promise<{ readonly cookie: string; readonly url: string }> {
    const { redirectUri, asked, protocol, purpose, seal, nowMs } = this.#parts;
    const configuration = await this.#configured();
    const endsAtMs = nowMs() + LOGIN_LIFETIME_MS;
    const tie = { state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
    const begun: BegunLogin = { ...tie, returnTo, endsAtMs };
    const url = buildAuthorizationUrl(configuration, {
      ...asked,
      redirect_uri: redirectUri,
      state: begun.state,
      ...(protocol === 'openid' ? { nonce: begun.nonce } : {}),
      code_challenge: await calculatePKCECodeChallenge(begun.codeVerifier),
      code_challenge_method: 'S256',
      // Two people may sit at one machine: whoever logs in says who it is.
      prompt: 'login',
    });
    return { cookie: seal.seal(purpose, begun), url: url.href };
  }

  /**
   * Ends a login that began with this cookie. `query` is what the provider's redirect carried. Null where it does not
   * belong to that login, or the provider refuses. Its code is good for one end alone.
   */
  async end(
    cookie: string | null,
    query: string,
  ): Promise<{ readonly tokens: Tokens; readonly returnTo: string } | null> {
    const { seal, purpose, nowMs } = this.#parts;
    const begun = cookie === null ? undefined : begunSchema.safeParse(seal.open(purpose, cookie)).data;
    if (begun === undefined || begun.endsAtMs <= nowMs()) return null;
    const tokens = await this.#tokensOf(begun, query);
    return tokens === null ? null : { tokens, returnTo: begun.returnTo };
  }

  async #tokensOf({ state, nonce, codeVerifier }: BegunLogin, query: string): Promise<Tokens | null> {
    const { redirectUri, protocol, asked } = this.#parts;
    const checks = { expectedState: state, pkceCodeVerifier: codeVerifier };
    const identity = protocol === 'openid' ? { expectedNonce: nonce, idTokenExpected: true } : {};
    const { resource } = asked;
    try {
      return await authorizationCodeGrant(
        await this.#configured(),
        new URL(`${redirectUri}?${query}`),
        { ...checks, ...identity },
        resource === undefined ? {} : { resource },
      );
    } catch {
      // Whatever the library refuses (state, nonce, signature, issuer, a denied login) is no login.
      return null;
    }
  }

  /** The provider's metadata, asked for at the first login and again where that failed. */
  #configured(): Promise<Configuration> {
    if (this.#configuration === null) {
      const found = discover(this.#parts);
      this.#configuration = found;
      found.catch(() => {
        this.#configuration = null;
      });
    }
    return this.#configuration;
  }
}

async function discover({ provider, protocol, fetch }: Parts): Promise<Configuration> {
  const server = new URL(provider.issuer);
  // The sandbox's provider is next door on the loopback; any other must be reached over TLS.
  const isNextDoor = server.protocol === 'http:' && server.hostname === '127.0.0.1';
  const signed = protocol === 'openid' ? { id_token_signed_response_alg: 'ES256' } : {};
  return await discovery(server, provider.clientId, signed, ClientSecretBasic(provider.clientSecret), {
    algorithm: protocol === 'openid' ? 'oidc' : 'oauth2',
    execute: [
      ...(protocol === 'openid' ? [enableNonRepudiationChecks] : []),
      ...(isNextDoor ? [allowInsecureRequests] : []),
    ],
    [customFetch]: fetch,
  });
}
