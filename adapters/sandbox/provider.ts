import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import Provider, { type Configuration } from 'oidc-provider';
import type { SandboxVenue } from '../../schemas/sandbox.ts';
import { BoundedMemory } from './bounded-memory.ts';
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
import { openVenueServer, type VenueServer, type VenueServerSettings } from './venue-server.ts';

export interface SandboxProvider {
  /** Of the provider that operators log in to. */
  readonly issuer: string;
  readonly operatorClient: OperatorClient;
  readonly servers: readonly VenueServer[];
  readonly venues: readonly SandboxVenue[];
  readonly close: () => void;
}

/** The gateway whose registry page operators log in to, who they are, and what their identity is signed with. */
export interface RegistryPage {
  readonly base: string;
  readonly operators: readonly SandboxOperator[];
  readonly key: SandboxKey;
}

export interface ProviderSettings {
  readonly servers: readonly VenueServerSettings[];
  /** Null: it is for venues alone. */
  readonly registryPage: RegistryPage | null;
  /**
   * A server's word about itself (OpenID Federation 1.0 section 9), from whoever keeps its federation keys; null: servers
   * have their names, and show that word, elsewhere.
   */
  readonly configuration: ((server: Pick<VenueServer, 'issuer' | 'province'>) => Promise<FederationDocument>) | null;
  readonly listening?: Listening;
}

/**
 * One host for the venues' authorization server of each province, below a path of its own and with keys of its own, and
 * at its root an OpenID provider where operators log in to the registry page.
 */
export async function startProvider(settings: ProviderSettings): Promise<SandboxProvider> {
  const { registryPage, listening = {}, configuration } = settings;
  let listener: RequestListener = (_request, response) => response.writeHead(503).end();
  const host = createSimulatedServer(listening, (request, response) => listener(request, response));
  const issuer = await listenOnLoopback(host, listening);
  const resources = new Set(settings.servers.flatMap(({ venues }) => venues.map(({ resource }) => resource)));
  const servers = settings.servers.map((one) =>
    openVenueServer(one, { address: `${issuer}/${one.province}`, resources }),
  );
  const operatorClient = newOperatorClient();
  const root = registryPage === null ? null : openOperatorProvider(issuer, registryPage, operatorClient);
  listener = (request, response) => {
    const server = servers.find(({ province }) => request.url?.startsWith(`/${province}/`));
    if (server === undefined) return root === null ? response.writeHead(404).end() : root(request, response);
    const path = request.url?.slice(server.province.length + 1) ?? '';
    if (configuration !== null && path === FEDERATION_PATH) return showDocument(configuration(server), response);
    server.answer(mounted(request, path), response);
  };
  const close = (): void => {
    host.close();
    host.closeAllConnections();
  };
  return { issuer, operatorClient, servers, venues: servers.flatMap(({ venues }) => venues), close };
}

/** As a server below a path is handed its requests: it finds its own address by the two. */
function mounted(request: IncomingMessage, path: string): IncomingMessage {
  return Object.assign(request, { originalUrl: request.url, url: path });
}

function openOperatorProvider(
  issuer: string,
  { base, operators, key }: RegistryPage,
  client: OperatorClient,
): RequestListener {
  const configuration: Configuration = {
    ...operatorConfiguration(operators),
    adapter: BoundedMemory,
    clients: [operatorClientMetadata(client, `${base}/registry/callback`)],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    features: { devInteractions: { enabled: false } },
    jwks: { keys: [{ ...key.privateJwk, use: 'sig', alg: 'ES256', kid: key.published.kid }] },
    scopes: ['openid'],
  };
  const provider = new Provider(issuer, configuration);
  const answer = provider.callback();
  const login = answerLogin(provider, operators, new URL(base).origin);
  return (request, response) => {
    if (!login(request, response)) answer(request, response);
  };
}
