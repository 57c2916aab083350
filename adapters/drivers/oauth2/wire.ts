import { randomBytes, randomUUID } from 'node:crypto';
import { importJWK, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import type { OAuth2Config } from '../../../schemas/driver-config.ts';
import { makeKey, type SandboxKey } from '../../sandbox/keys.ts';
import {
  answerReply,
  codeInJson,
  errorReply,
  headerOf,
  jsonReply,
  plainCodes,
  type ReceivedRequest,
  type Wire,
  type WireReply,
  type WireTools,
} from '../../sandbox/wire.ts';

const TOKEN_LIFETIME_S = 600;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** An API behind OAuth 2.0: client credentials with a private-key JWT (RFC 7523), then bearer tokens (RFC 6750). */
export function oauth2Wire(config: OAuth2Config, tools: WireTools): Wire {
  const key = makeKey('P-256');
  const client = { id: `huren-${randomBytes(4).toString('hex')}`, issuer: `urn:uuid:${randomUUID()}`, key };
  const tokens = new LRUCache<string, true>({ max: 1000, ttl: TOKEN_LIFETIME_S * 1000 });

  async function grant(request: ReceivedRequest): Promise<WireReply> {
    const form = new URLSearchParams(request.body);
    if (form.get('grant_type') !== 'client_credentials') return jsonReply(400, { error: 'unsupported_grant_type' });
    const scope = form.get('scope') ?? undefined;
    if (scope !== config.scope) return jsonReply(400, { error: 'invalid_scope' });
    if (tools.refusing() || !(await isAsserted(form, client, tools)))
      return jsonReply(401, { error: 'invalid_client' });
    const token = randomBytes(24).toString('base64url');
    tokens.set(token, true);
    return jsonReply(200, { access_token: token, token_type: 'Bearer', expires_in: TOKEN_LIFETIME_S });
  }

  async function answer(request: ReceivedRequest): Promise<WireReply> {
    const bearer = headerOf(request, 'authorization').replace(/^Bearer /, '');
    if (tools.refusing() || !tokens.has(bearer)) return errorReply(config, 401, 'E401', 'token');
    const code = codeInJson(request.body, config);
    if (code === null) return errorReply(config, 400, 'E400', 'bad request');
    return answerReply(config, tools.statementAt, await tools.answer(code));
  }

  return {
    ...plainCodes,
    secrets: {
      issuer: client.issuer,
      client_id: client.id,
      client_key: JSON.stringify({ ...key.privateJwk, kid: key.published.kid }),
    },
    handle: async (request) => {
      if (request.path === config.token_path) return await grant(request);
      if (request.path === config.path) return await answer(request);
      return errorReply(config, 404, 'E404', 'no such service');
    },
  };
}

interface Client {
  readonly id: string;
  readonly issuer: string;
  readonly key: SandboxKey;
}

/** RFC 7523 section 3: the client's own signature, for us, in time, and never the same assertion twice. */
async function isAsserted(form: URLSearchParams, client: Client, tools: WireTools): Promise<boolean> {
  if (form.get('client_assertion_type') !== ASSERTION_TYPE) return false;
  try {
    const { payload } = await jwtVerify(
      form.get('client_assertion') ?? '',
      await importJWK(client.key.published.jwk, 'ES256'),
      {
        issuer: client.id,
        subject: client.id,
        audience: client.issuer,
        algorithms: ['ES256'],
        requiredClaims: ['exp', 'jti'],
        currentDate: new Date(tools.nowMs()),
      },
    );
    return payload.jti !== undefined && tools.nonces.useOnce(payload.jti);
  } catch {
    return false;
  }
}
