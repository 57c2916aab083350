import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
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

/** The OpenID provider that operators log in with, and this gateway as its client. */
export interface OperatorProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Who is logged in: the registry entity that this person signs for. Lives in this process alone. */
export interface OperatorSession {
  readonly entityId: string;
  readonly name: string;
  readonly endsAtMs: number;
}

/** A login that has begun. What ties its end to its beginning never leaves this process. */
interface BegunLogin {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly returnTo: string;
}

export const SESSION_LIFETIME_MS = 4 * 3_600_000;
export const LOGIN_LIFETIME_MS = 600_000;
const MOST_KEPT = 1_000;

const claimsSchema = z.object({ sub: z.string(), entity_id: entityIdSchema, name: z.string().max(200).optional() });

/**
 * Operators' login to the registry page: OpenID Connect, authorization code with PKCE. A session says who sits before
 * the page and entitles to nothing: what counts in the registry is signed by a key that is enrolled there.
 */
export class OperatorLogin {
  readonly redirectUri: string;
  readonly #provider: OperatorProvider;
  readonly #fetch: CustomFetch;
  readonly #nowMs: () => number;
  readonly #begun = new LRUCache<string, BegunLogin>({ max: MOST_KEPT, ttl: LOGIN_LIFETIME_MS });
  readonly #sessions = new LRUCache<string, OperatorSession>({ max: MOST_KEPT, ttl: SESSION_LIFETIME_MS });
  #configuration: Promise<Configuration> | null = null;

  /** `fetch` is the guarded way out: the provider's metadata says where its other endpoints are. */
  constructor(
    provider: OperatorProvider,
    gatewayId: string,
    { fetch, nowMs }: { readonly fetch: CustomFetch; readonly nowMs: () => number },
  ) {
    this.#provider = provider;
    this.#fetch = fetch;
    this.redirectUri = `${gatewayId}/registry/callback`;
    this.#nowMs = nowMs;
  }

  /** Begins a login: the page of the provider to go to, and the id that its end must come with. */
  async begin(returnTo: string): Promise<{ readonly id: string; readonly url: string }> {
    const configuration = await this.#configured();
    const begun = { state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier(), returnTo };
    const id = newId();
    this.#begun.set(id, begun);
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
    return { id, url: url.href };
  }

  /**
   * Ends a login that began here. `query` is what the provider's redirect carried. Null where it does not belong to a
   * login that was begun with this id, or the provider says something else than who it is.
   */
  async end(id: string | null, query: string): Promise<{ readonly id: string; readonly returnTo: string } | null> {
    const begun = id === null ? undefined : this.#begun.get(id);
    if (id === null || begun === undefined) return null;
    this.#begun.delete(id);
    const claims = await this.#claimsOf(begun, query);
    if (claims === null) return null;
    const session = newId();
    this.#sessions.set(session, {
      entityId: claims.entity_id,
      name: claims.name ?? claims.sub,
      endsAtMs: this.#nowMs() + SESSION_LIFETIME_MS,
    });
    return { id: session, returnTo: begun.returnTo };
  }

  session(id: string | null): OperatorSession | null {
    const session = id === null ? undefined : this.#sessions.get(id);
    return session !== undefined && session.endsAtMs > this.#nowMs() ? session : null;
  }

  logOut(id: string | null): void {
    if (id !== null) this.#sessions.delete(id);
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
      const found = discover(this.#provider, this.#fetch);
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

function newId(): string {
  return randomBytes(32).toString('base64url');
}
