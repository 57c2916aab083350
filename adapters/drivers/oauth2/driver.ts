import { Configuration, clientCredentialsGrant, customFetch, PrivateKeyJwt } from 'openid-client';
import { z } from 'zod';
import type { OAuth2Config } from '../../../schemas/driver-config.ts';
import { UpstreamError } from '../../upstream-error.ts';
import type { Ask, Driver, DriverContext, UpstreamReply } from '../driver.ts';
import { questionOf } from '../question.ts';
import { compileReply, parseJson, requireOk } from '../reply.ts';
import { textOf } from '../reply-text.ts';
import { type Lease, openSession } from '../session.ts';

/**
 * A system behind OAuth 2.0. `POST <token_path>` (form) with `grant_type=client_credentials`, `scope` where the manifest
 * has one, `client_assertion_type` and `client_assertion`: a JWT (RFC 7523, ES256, header `kid`) whose `iss` and `sub` are
 * secret `client_id` and whose `aud` is secret `issuer`, signed with secret `client_key`, a private P-256 JWK. The reply
 * is `{access_token, token_type: "Bearer", expires_in}`. Then `POST <path>` with JSON `{[code_member]: token}` and
 * `Authorization: Bearer ...`. Both paths are at the manifest's `base_url`: a driver opens no other door.
 *
 * A 401 to a token that should still be good gets one new token and one more try.
 */
export const oauth2: Driver<OAuth2Config> = {
  name: 'oauth2',
  open: openOAuth2,
};

/** A name only: openid-client wants an https address, and context.fetch goes to the manifest's. */
const PLACEHOLDER_ORIGIN = 'https://upstream.invalid';
const SECRETS = ['issuer', 'client_id', 'client_key'] as const;
const RENEW_AHEAD_MS = 30_000;
const DEFAULT_LIFETIME_S = 60;

const privateKeySchema = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
  kid: z.string().optional(),
});

function openOAuth2(config: OAuth2Config, statementAt: string | null, context: DriverContext): Ask {
  const { read } = compileReply(config, statementAt, context);
  const client = rememberClient(config, context);

  async function obtain(): Promise<Lease<string>> {
    const tokens = await grant(await client(), config.scope);
    const lifetimeMs = (tokens.expires_in ?? DEFAULT_LIFETIME_S) * 1000;
    const endsAtMs = context.nowMs() + lifetimeMs;
    return { value: tokens.access_token, refreshAtMs: endsAtMs - Math.min(RENEW_AHEAD_MS, lifetimeMs / 2), endsAtMs };
  }

  function post(accessToken: string, token: string): Promise<UpstreamReply> {
    return context.fetch({
      method: 'POST',
      path: config.path,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
      body: JSON.stringify(questionOf(config, token)),
    });
  }

  const session = openSession(obtain, context);
  return async (token) => {
    const accessToken = await session.current();
    const reply = await post(accessToken, token);
    return read(reply.status === 401 ? await post(await session.renew(accessToken), token) : reply);
  };
}

async function grant(client: Configuration, scope: string | undefined) {
  try {
    return await clientCredentialsGrant(client, scope === undefined ? undefined : { scope });
  } catch (error) {
    throw upstreamErrorOf(error);
  }
}

/** The client stays open until the operator provides other secrets. */
function rememberClient(config: OAuth2Config, context: DriverContext): () => Promise<Configuration> {
  let opened: { readonly secrets: string; readonly client: Promise<Configuration> } | null = null;
  return () => {
    const secrets = SECRETS.map((name) => context.secret(name)).join('\n');
    if (opened?.secrets !== secrets) opened = { secrets, client: openClient(config, context) };
    return opened.client;
  };
}

async function openClient(config: OAuth2Config, context: DriverContext): Promise<Configuration> {
  const { key, kid } = await importPrivateKey(context.secret('client_key'));
  const client = new Configuration(
    { issuer: context.secret('issuer'), token_endpoint: `${PLACEHOLDER_ORIGIN}${config.token_path}` },
    context.secret('client_id'),
    undefined,
    PrivateKeyJwt(kid === undefined ? key : { key, kid }),
  );
  client[customFetch] = async (url, { method, headers, body }) => {
    const reply = await context.fetch({
      method: method === 'POST' ? 'POST' : 'GET',
      path: new URL(url).pathname,
      headers,
      body: body instanceof URLSearchParams ? body.toString() : '',
    });
    // The error object of RFC 6749 section 5.2 comes with these two; every other failure is sorted as anywhere else.
    if (reply.status !== 400 && reply.status !== 401) requireOk(reply, context.nowMs());
    // openid-client would take the last of two access tokens.
    if (reply.status === 200) parseJson(textOf(reply, undefined));
    return new Response(new Uint8Array(reply.body), { status: reply.status, headers: { ...reply.headers } });
  };
  return client;
}

async function importPrivateKey(text: string): Promise<{ key: CryptoKey; kid: string | undefined }> {
  try {
    const { kid, ...jwk } = privateKeySchema.parse(JSON.parse(text));
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    return { key: await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign']), kid };
  } catch {
    throw new UpstreamError('credentials', 'the secret client_key is not a private P-256 JWK');
  }
}

/** openid-client wraps what our own fetch threw; what it says itself may quote the reply and stays in the cause. */
function upstreamErrorOf(error: unknown): UpstreamError {
  if (error instanceof UpstreamError) return error;
  if (error instanceof Error && error.cause instanceof UpstreamError) return error.cause;
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  if (status === 400 || status === 401) {
    return new UpstreamError('credentials', 'the province refused our credentials', { cause: error });
  }
  return new UpstreamError('malformed', 'the token endpoint gave no token', { cause: error });
}
