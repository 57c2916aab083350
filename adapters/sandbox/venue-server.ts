import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import Provider, { type ClientMetadata, type Configuration, errors } from 'oidc-provider';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { SandboxVenue } from '../../schemas/sandbox.ts';
import { VENUE_SCOPE } from '../../schemas/venue-token.ts';
import { BoundedMemory } from './bounded-memory.ts';
import type { SandboxKey } from './keys.ts';
import type { SandboxServer } from './protocol.ts';
import type { VenueEntry } from './venues.ts';

export const ACCESS_TOKEN_LIFETIME_S = 600;

/** A venue and the gateway that answers it. */
export interface PlannedVenue extends VenueEntry {
  /** The gateway's entity id: what its access tokens are for. */
  readonly resource: string;
}

/** The authorization server of one province: in whose name it signs, and the venues that it has registered. */
export interface VenueServerSettings {
  readonly province: ProvinceCode;
  /** Its issuer and entity identifier; null: where it is. */
  readonly issuer: string | null;
  readonly key: SandboxKey;
  readonly venues: readonly PlannedVenue[];
}

export interface VenueServer extends Readonly<SandboxServer> {
  readonly venues: readonly SandboxVenue[];
  /** Answers what comes in below its path. */
  readonly answer: RequestListener;
}

/**
 * A province's authorization server for its venues: client_credentials, JWT access tokens of RFC 9068; a client that names
 * no `resource` or `scope` gets its own gateway's, so that the shortest request works. What kind of venue a client is and
 * where it stands was registered with the client, and no request says it. It tells nobody apart who asks for the token of
 * a gateway that is not its own (`resources`): gateways do.
 */
export function openVenueServer(
  { province, issuer: named, key, venues: planned }: VenueServerSettings,
  { address, resources }: { readonly address: string; readonly resources: ReadonlySet<string> },
): VenueServer {
  const issuer = named ?? address;
  const venues = planned.map(
    ({ isBound = false, ...entry }): SandboxVenue => ({
      ...entry,
      purposes: [...entry.purposes],
      client_id: entry.venue,
      client_secret: randomBytes(24).toString('base64url'),
      token_endpoint: `${address}/token`,
      scope: VENUE_SCOPE,
      dpop_bound_access_tokens: isBound,
    }),
  );
  const provider = new Provider(issuer, configurationOf(key, venues, resources));
  const at = { tokenEndpoint: `${address}/token`, jwksUri: `${address}/jwks` };
  return { province, issuer, ...at, jwk: key.published.jwk, venues, answer: provider.callback() };
}

/** A server as whoever started it is told of it. */
export function announcedServer({ province, issuer, tokenEndpoint, jwksUri, jwk }: VenueServer): SandboxServer {
  return { province, issuer, tokenEndpoint, jwksUri, jwk };
}

function configurationOf(
  key: SandboxKey,
  venues: readonly SandboxVenue[],
  resources: ReadonlySet<string>,
): Configuration {
  const byClient = new Map(venues.map((venue) => [venue.client_id, venue]));
  return {
    adapter: BoundedMemory,
    clients: venues.map(clientMetadata),
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    extraTokenClaims: (_ctx, { clientId }) => {
      const venue = clientId === undefined ? undefined : byClient.get(clientId);
      if (venue === undefined) return undefined;
      const { venue: venue_id, kind: venue_kind, region, dpop_bound_access_tokens } = venue;
      return { venue_id, venue_kind, region, ...(dpop_bound_access_tokens ? { dpop_bound_access_tokens } : {}) };
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_ctx, { clientId }) => byClient.get(clientId)?.resource ?? [],
        getResourceServerInfo: (ctx, resource) => {
          if (!resources.has(resource)) throw new errors.InvalidTarget();
          // RFC 6749 section 3.3 lets a server apply a default when a client names no scope.
          if (ctx.oidc.params !== undefined) ctx.oidc.params['scope'] ??= VENUE_SCOPE;
          return {
            scope: VENUE_SCOPE,
            audience: resource,
            accessTokenTTL: ACCESS_TOKEN_LIFETIME_S,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'ES256' } },
          };
        },
      },
    },
    jwks: { keys: [{ ...key.privateJwk, use: 'sig', alg: 'ES256', kid: key.published.kid }] },
    scopes: [VENUE_SCOPE],
    ttl: { AccessToken: ACCESS_TOKEN_LIFETIME_S, ClientCredentials: ACCESS_TOKEN_LIFETIME_S },
  };
}

function clientMetadata({ client_id, client_secret, dpop_bound_access_tokens }: SandboxVenue): ClientMetadata {
  return {
    client_id,
    client_secret,
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    scope: VENUE_SCOPE,
    dpop_bound_access_tokens,
  };
}
