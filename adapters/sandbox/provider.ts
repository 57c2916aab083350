import { randomBytes } from 'node:crypto';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import Provider, {
  type Adapter,
  type AdapterPayload,
  type ClientMetadata,
  type Configuration,
  errors,
} from 'oidc-provider';
import type { SandboxVenue } from '../../schemas/sandbox.ts';
import type { SandboxKey } from './keys.ts';
import { listenOnLoopback } from './listen.ts';
import {
  answerLogin,
  newOperatorClient,
  type OperatorClient,
  operatorClientMetadata,
  operatorConfiguration,
} from './operator-login.ts';
import type { SandboxOperator } from './protocol.ts';
import { VENUES } from './venues.ts';

export const ACCESS_TOKEN_LIFETIME_S = 600;
const SCOPE = 'verify';
const MAX_STORED = 1_000;

export interface SandboxProvider {
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly jwksUri: string;
  readonly venues: readonly SandboxVenue[];
  readonly operatorClient: OperatorClient;
  readonly close: () => void;
}

/** `audience`: the gateway's entity id, below which its registry page lies. `operators` may log in there. */
export interface ProviderSettings {
  readonly audience: string;
  readonly operators: readonly SandboxOperator[];
}

/**
 * An OpenID provider. For the sandbox's venues: client_credentials, JWT access tokens of RFC 9068 for one audience; a
 * client that names no `resource` or `scope` gets the gateway's, so that the shortest request works. For operators:
 * login to the gateway's registry page.
 */
export async function startProvider(key: SandboxKey, settings: ProviderSettings): Promise<SandboxProvider> {
  const { audience, operators } = settings;
  let listener: RequestListener = (_request, response) => response.writeHead(503).end();
  const server: Server = createServer((request, response) => listener(request, response));
  const issuer = await listenOnLoopback(server);
  const endpoint = { tokenEndpoint: `${issuer}/token`, jwksUri: `${issuer}/jwks` };
  const venues = VENUES.map(
    (entry): SandboxVenue => ({
      ...entry,
      purposes: [...entry.purposes],
      client_id: entry.venue,
      client_secret: randomBytes(24).toString('base64url'),
      token_endpoint: endpoint.tokenEndpoint,
      resource: audience,
      scope: SCOPE,
    }),
  );
  const operatorClient = newOperatorClient();
  const provider = new Provider(issuer, configurationOf(key, settings, venues, operatorClient));
  const answer = provider.callback();
  const login = answerLogin(provider, operators, new URL(audience).origin);
  listener = (request, response) => {
    if (login(request, response)) return;
    if (request.url !== FEDERATION_PATH) {
      answer(request, response);
      return;
    }
    showEntityConfiguration(`${audience}/authorization-server${FEDERATION_PATH}`, response);
  };
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { issuer, ...endpoint, venues, operatorClient, close };
}

const FEDERATION_PATH = '/.well-known/openid-federation';

/** The server's word about itself (OpenID Federation 1.0 section 9): the gateway's process keeps its federation keys. */
function showEntityConfiguration(url: string, response: ServerResponse): void {
  fetch(url, { signal: AbortSignal.timeout(2_000) })
    .then(async (reply) => {
      const type = reply.headers.get('content-type') ?? 'application/octet-stream';
      response.writeHead(reply.status, { 'content-type': type }).end(await reply.text());
    })
    .catch(() => response.writeHead(502).end());
}

function configurationOf(
  key: SandboxKey,
  { audience, operators }: ProviderSettings,
  venues: readonly SandboxVenue[],
  operatorClient: OperatorClient,
): Configuration {
  const byClient = new Map(venues.map((venue) => [venue.client_id, venue]));
  const forOperators = operatorConfiguration(operators);
  return {
    ...forOperators,
    adapter: BoundedMemory,
    clients: [
      ...venues.map(venueClientMetadata),
      operatorClientMetadata(operatorClient, `${audience}/registry/callback`),
    ],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    extraTokenClaims: (_ctx, token) => {
      const venue = token.clientId === undefined ? undefined : byClient.get(token.clientId);
      return venue && { venue_id: venue.venue, venue_kind: venue.kind, region: venue.region };
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        // Operators get no token for the venues' API.
        defaultResource: (_ctx, { clientId }) => (byClient.has(clientId) ? audience : []),
        getResourceServerInfo: (ctx, resource) => {
          if (resource !== audience) throw new errors.InvalidTarget();
          // RFC 6749 section 3.3 lets a server apply a default when a client names no scope.
          if (ctx.oidc.params !== undefined) ctx.oidc.params['scope'] ??= SCOPE;
          return {
            scope: SCOPE,
            audience,
            accessTokenTTL: ACCESS_TOKEN_LIFETIME_S,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'ES256' } },
          };
        },
      },
    },
    jwks: { keys: [{ ...key.privateJwk, use: 'sig', alg: 'ES256', kid: key.published.kid }] },
    scopes: [SCOPE, 'openid'],
    ttl: { ...forOperators.ttl, AccessToken: ACCESS_TOKEN_LIFETIME_S, ClientCredentials: ACCESS_TOKEN_LIFETIME_S },
  };
}

function venueClientMetadata({ client_id, client_secret }: SandboxVenue): ClientMetadata {
  return {
    client_id,
    client_secret,
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    scope: SCOPE,
  };
}

/** JWT access tokens are not stored; what little is kept is bounded and dies with the process. */
class BoundedMemory implements Adapter {
  static readonly #stored = new LRUCache<string, AdapterPayload>({ max: MAX_STORED });
  readonly #model: string;

  constructor(model: string) {
    this.#model = model;
  }

  async upsert(id: string, payload: AdapterPayload, expiresInS?: number): Promise<void> {
    const ttl = expiresInS === undefined ? 0 : expiresInS * 1000;
    BoundedMemory.#stored.set(this.#key(id), payload, { ttl });
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return BoundedMemory.#stored.get(this.#key(id));
  }

  async findByUserCode(): Promise<undefined> {
    return undefined;
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.#ours().find(([, payload]) => payload.uid === uid)?.[1];
  }

  async consume(id: string): Promise<void> {
    const payload = BoundedMemory.#stored.get(this.#key(id));
    if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id: string): Promise<void> {
    BoundedMemory.#stored.delete(this.#key(id));
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const [key, payload] of this.#ours()) {
      if (payload.grantId === grantId) BoundedMemory.#stored.delete(key);
    }
  }

  #ours(): [key: string, payload: AdapterPayload][] {
    return [...BoundedMemory.#stored.entries()].filter(([key]) => key.startsWith(`${this.#model}:`));
  }

  #key(id: string): string {
    return `${this.#model}:${id}`;
  }
}
