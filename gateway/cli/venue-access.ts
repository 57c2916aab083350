import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Purpose } from '../../schemas/code-lists/index.ts';
import type { Environment } from './cli.ts';
import { CliError } from './cli-error.ts';
import { type GatewayClient, parseReply, sendBounded } from './gateway-client.ts';
import { findVenues, type SandboxVenue } from './sandbox-api.ts';

/** A venue that may ask: who it is, what for unless told, and its access token. */
export interface VenueAccess {
  readonly clientId: string;
  readonly purpose: Purpose;
  readonly token: string;
}

interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokenEndpoint: string;
  readonly resource: string;
}

const tokenReplySchema = z.object({ access_token: z.string().min(1), token_type: z.string().regex(/^bearer$/i) });

/**
 * Gets an access token by client credentials (RFC 6749 section 4.4): with the credentials in the environment, else as
 * one of the sandbox's venues. Throws CliError.
 */
export async function obtainAccess(gateway: GatewayClient, env: Environment, venueId?: string): Promise<VenueAccess> {
  const own = ownCredentials(gateway, env);
  if (own !== null) {
    if (venueId !== undefined) {
      throw CliError.of('usage_invalid', {
        zh: '--venue 仅用于沙箱场所；已设置 HUREN_CLIENT_ID',
        en: '--venue names a sandbox venue, but HUREN_CLIENT_ID is set',
      });
    }
    return { clientId: own.clientId, purpose: 'venue_entry', token: await fetchToken(own) };
  }
  return await accessAs(await chooseVenue(gateway, venueId));
}

async function accessAs(venue: SandboxVenue): Promise<VenueAccess> {
  const [purpose = 'venue_entry'] = venue.purposes;
  const token = await fetchToken({
    clientId: venue.client_id,
    clientSecret: venue.client_secret,
    tokenEndpoint: venue.token_endpoint,
    resource: venue.resource,
  });
  return { clientId: venue.client_id, purpose, token };
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

function ownCredentials(gateway: GatewayClient, env: Environment): Credentials | null {
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
  return { clientId, clientSecret, tokenEndpoint, resource: readSetting(env, 'HUREN_ENTITY_ID') ?? gateway.url };
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

async function fetchToken({ clientId, clientSecret, tokenEndpoint, resource }: Credentials): Promise<string> {
  assertConfidential(tokenEndpoint);
  const form = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
  const basic = Buffer.from(`${form(clientId)}:${form(clientSecret)}`).toString('base64');
  const reply = await sendBounded(tokenEndpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'verify', resource }),
  });
  if (reply.status === 200) return parseReply(reply, tokenReplySchema).access_token;
  throw CliError.of('token_refused', {
    zh: `授权服务器未发放令牌（HTTP ${reply.status}）`,
    en: `the authorization server gave no token (HTTP ${reply.status})`,
  });
}

/** RFC 6749 section 3.2: a client secret crosses no network in the clear. */
function assertConfidential(endpoint: string): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
  const isLoopback = url !== null && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return;
  throw CliError.of('usage_invalid', {
    zh: 'HUREN_TOKEN_ENDPOINT 须为 https 地址',
    en: 'HUREN_TOKEN_ENDPOINT must be an https address',
  });
}
