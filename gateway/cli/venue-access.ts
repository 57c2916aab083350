import { readFileSync } from 'node:fs';
import type { ProvinceCode, Purpose } from '../../schemas/code-lists/index.ts';
import { ClientError } from '../client/client-error.ts';
import type { HttpReply } from '../client/exchange.ts';
import { type VenueCredentials, VenueSession } from '../client/venue-session.ts';
import type { Environment } from './cli.ts';
import { CliError } from './cli-error.ts';
import { type GatewayClient, sendBounded } from './gateway-client.ts';
import { findVenues, type SandboxVenue } from './sandbox-api.ts';

/** A venue that may ask: who it is, what for unless told, and its way in. */
export interface VenueAccess {
  readonly clientId: string;
  readonly purpose: Purpose;
  /** Where it is; null where nobody says so here: credentials alone do not. */
  readonly destination: ProvinceCode | null;
  /** Posts JSON to a path of the gateway, with its token. Throws CliError. */
  readonly post: (path: string, body: unknown) => Promise<HttpReply>;
}

/**
 * A venue by its client credentials (RFC 6749 section 4.4): those in the environment, else those of one of the sandbox's
 * venues. Throws CliError.
 */
export async function obtainAccess(gateway: GatewayClient, env: Environment, venueId?: string): Promise<VenueAccess> {
  const own = ownCredentials(gateway, env);
  if (own === null) return accessAs(gateway, await chooseVenue(gateway, venueId));
  if (venueId === undefined) return openAccess(own, 'venue_entry', null);
  throw CliError.of('usage_invalid', {
    zh: '--venue 仅用于沙箱场所；已设置 HUREN_CLIENT_ID',
    en: '--venue names a sandbox venue, but HUREN_CLIENT_ID is set',
  });
}

/** Where a venue is: a pass for somewhere else is none here, and what nobody says lets nobody in. Throws CliError `usage_invalid`. */
export function knownPlace({ destination }: VenueAccess): ProvinceCode {
  if (destination !== null) return destination;
  throw CliError.of('usage_invalid', {
    zh: '其中有通行凭证：请用 --destination 指明此处所在省份',
    en: 'there is a pass among these: say with --destination in which province this is',
  });
}

function accessAs({ url }: GatewayClient, venue: SandboxVenue): VenueAccess {
  const [purpose = 'venue_entry'] = venue.purposes;
  const { client_id: clientId, client_secret: clientSecret, token_endpoint: tokenEndpoint, resource } = venue;
  return openAccess({ gateway: url, clientId, clientSecret, tokenEndpoint, resource }, purpose, venue.destination);
}

function openAccess(credentials: VenueCredentials, purpose: Purpose, destination: ProvinceCode | null): VenueAccess {
  try {
    const session = new VenueSession(credentials, sendBounded);
    const post = (path: string, body: unknown) => session.post(path, body).catch(inOurWords);
    return { clientId: credentials.clientId, purpose, destination, post };
  } catch (error) {
    return inOurWords(error);
  }
}

function inOurWords(error: unknown): never {
  if (!(error instanceof ClientError)) throw error;
  if (error.code === 'setting_invalid') {
    throw CliError.of('usage_invalid', {
      zh: 'HUREN_TOKEN_ENDPOINT 须为 https 地址',
      en: 'HUREN_TOKEN_ENDPOINT must be an https address',
    });
  }
  throw CliError.of('token_refused', { zh: `授权服务器未发放令牌：${error.message}`, en: error.message });
}

async function chooseVenue(gateway: GatewayClient, venueId: string | undefined): Promise<SandboxVenue> {
  const venues = await findVenues(gateway);
  if (venues === null) {
    throw CliError.of('credentials_missing', {
      zh: '沙箱之外需要场所自己的凭据',
      en: 'outside the sandbox a venue needs credentials of its own',
    });
  }
  const chosen = venueId === undefined ? venues[0] : venues.find(({ venue }) => venue === venueId);
  if (chosen !== undefined) return chosen;
  const known = venues.map(({ venue }) => venue).join(', ');
  throw CliError.of('venue_unknown', {
    zh: `沙箱没有该场所；现有：${known}`,
    en: `no such sandbox venue; known: ${known}`,
  });
}

function ownCredentials(gateway: GatewayClient, env: Environment): VenueCredentials | null {
  const clientId = readSetting(env, 'HUREN_CLIENT_ID');
  const clientSecret = readSetting(env, 'HUREN_CLIENT_SECRET');
  const tokenEndpoint = readSetting(env, 'HUREN_TOKEN_ENDPOINT');
  if (clientId === null && clientSecret === null && tokenEndpoint === null) return null;
  if (clientId === null || clientSecret === null || tokenEndpoint === null) {
    throw CliError.of('credentials_missing', {
      zh: '三项场所凭据只设置了一部分',
      en: 'only some of the three credential settings are set',
    });
  }
  // A gateway could name another service as the resource and be handed a token for that service (RFC 8707 section 3).
  const resource = readSetting(env, 'HUREN_ENTITY_ID') ?? gateway.url;
  return { gateway: gateway.url, clientId, clientSecret, tokenEndpoint, resource };
}

/** A setting, or what its `_FILE` twin names (a mounted secret). */
function readSetting(env: Environment, name: string): string | null {
  const file = env[`${name}_FILE`];
  if (file === undefined || file === '') return env[name] || null;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw CliError.of('file_unreadable', { zh: `无法读取 ${name}_FILE`, en: `${name}_FILE cannot be read` });
  }
}
