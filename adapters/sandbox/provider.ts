import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { LRUCache } from 'lru-cache';
import Provider, {
  type Adapter,
  type AdapterPayload,
  type ClientMetadata,
  type Configuration,
  errors,
} from 'oidc-provider';
import type { SandboxVenue } from '../../schemas/sandbox.ts';
import { FEDERATION_PATH, type FederationDocument, showDocument } from './federation-document.ts';
import type { SandboxKey } from './keys.ts';
import { createSimulatedServer, type Listening, listenOnLoopback } from './listen.ts';
import {
  answerLogin,
  newOperatorClient,
  type OperatorClient,
  operatorClientMetadata,
  operatorConfiguration,
} from './operator-login.ts';
import type { SandboxOperator } from './protocol.ts';
import type { VenueEntry } from './venues.ts';

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

/** A venue and the gateway that answers it. */
export interface PlannedVenue extends VenueEntry {
  /** The gateway's entity id: what its access tokens are for. */
  readonly resource: string;
}

export interface ProviderSettings {
  readonly venues: readonly PlannedVenue[];
  /** The gateway whose registry page operators log in to, and who they are; null: it is for venues alone. */
  readonly registryPage: { readonly base: string; readonly operators: readonly SandboxOperator[] } | null;
  /** The server's word about itself (OpenID Federation 1.0 section 9), signed by whoever keeps its federation keys. */
  readonly configuration: () => Promise<FederationDocument>;
  readonly listening?: Listening;
}

/**
 * An OpenID provider. For venues: client_credentials, JWT access tokens of RFC 9068 for the gateways of this sandbox; a
 * client that names no `resource` or `scope` gets its own gateway's, so that the shortest request works. For operators:
 * login to the registry page. It tells nobody apart who asks for the token of a gateway that is not its own: gateways do.
 */
export async function startProvider(key: SandboxKey, settings: ProviderSettings): Promise<SandboxProvider> {
  const { registryPage, listening = {} } = settings;
  let listener: RequestListener = (_request, response) => response.writeHead(503).end();
  const server = createSimulatedServer(listening, (request, response) => listener(request, response));
  const issuer = await listenOnLoopback(server, listening);
  const endpoint = { tokenEndpoint: `${issuer}/token`, jwksUri: `${issuer}/jwks` };
  const venues = settings.venues.map(
    (entry): SandboxVenue => ({
      ...entry,
      purposes: [...entry.purposes],
      client_id: entry.venue,
      client_secret: randomBytes(24).toString('base64url'),
      token_endpoint: endpoint.tokenEndpoint,
      scope: SCOPE,
    }),
  );
  const operatorClient = newOperatorClient();
  const provider = new Provider(issuer, configurationOf(key, settings, venues, operatorClient));
  const answer = provider.callback();
  const login =
    registryPage === null
      ? () => false
      : answerLogin(provider, registryPage.operators, new URL(registryPage.base).origin);
  listener = (request, response) => {
    if (login(request, response)) return;
    if (request.url === FEDERATION_PATH) showDocument(settings.configuration(), response);
    else answer(request, response);
  };
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { issuer, ...endpoint, venues, operatorClient, close };
}

function configurationOf(
  key: SandboxKey,
  { registryPage }: ProviderSettings,
  venues: readonly SandboxVenue[],
  operatorClient: OperatorClient,
): Configuration {
  const byClient = new Map(venues.map((venue) => [venue.client_id, venue]));
  const resources = new Set(venues.map(({ resource }) => resource));
  const forOperators = operatorConfiguration(registryPage?.operators ?? []);
  return {
    ...forOperators,
    adapter: BoundedMemory,
    clients: [
      ...venues.map(venueClientMetadata),
      ...(registryPage === null
        ? []
        : [operatorClientMetadata(operatorClient, `${registryPage.base}/registry/callback`)]),
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
        defaultResource: (_ctx, { clientId }) => byClient.get(clientId)?.resource ?? [],
        getResourceServerInfo: (ctx, resource) => {
          if (!resources.has(resource)) throw new errors.InvalidTarget();
          // RFC 6749 section 3.3 lets a server apply a default when a client names no scope.
          if (ctx.oidc.params !== undefined) ctx.oidc.params['scope'] ??= SCOPE;
          return {
            scope: SCOPE,
            audience: resource,
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
