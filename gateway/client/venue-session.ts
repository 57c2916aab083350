import { z } from 'zod';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { VENUE_SCOPE } from '../../schemas/venue-token.ts';
import { ClientError } from './client-error.ts';
import type { Exchange, HttpReply } from './exchange.ts';
import { ProofKey } from './proof-key.ts';

/** Who a venue is at its province's authorization server, and the gateway that answers it. */
export interface VenueCredentials {
  /** The gateway's address, without a slash at its end. */
  readonly gateway: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokenEndpoint: string;
  /** What tokens are to be for; the gateway's address unless told. Never taken from the gateway (RFC 8707 section 3). */
  readonly resource?: string;
}

interface Token {
  readonly value: string;
  readonly scheme: 'Bearer' | 'DPoP';
  readonly endsAtMs: number;
}

const tokenReplySchema = z.object({
  access_token: z.string().min(1).max(4_096),
  token_type: z.string().regex(/^(bearer|dpop)$/i),
  expires_in: z.number().positive().optional(),
});
const refusalSchema = z.object({ code: z.string() });

/** A token that ends while its question is on the way would be refused. */
const RENEW_BEFORE_MS = 30_000;
const LIFE_UNLESS_TOLD_S = 60;
/** What an authorization server refuses whatever comes with it (RFC 6749 section 5.2). */
const HOPELESS = ['invalid_client', 'unauthorized_client', 'invalid_scope', 'invalid_target'];

/**
 * A venue that asks: one access token by client credentials (RFC 6749 section 4.4) for as long as it lasts, and with each
 * request a proof of possession where its authorization server binds tokens to keys (RFC 9449). Throws what the exchange
 * throws, and ClientError `token_refused`.
 */
export class VenueSession {
  readonly #credentials: VenueCredentials;
  readonly #exchange: Exchange;
  #token: Promise<Token> | null = null;
  #key: ProofKey | null = null;

  /** Throws ClientError `setting_invalid` where the client secret would cross a network in the clear. */
  constructor(credentials: VenueCredentials, exchange: Exchange) {
    if (!isConfidential(credentials.tokenEndpoint)) {
      throw new ClientError('setting_invalid', 'the token endpoint must be an https address');
    }
    this.#credentials = credentials;
    this.#exchange = exchange;
  }

  /** Posts JSON to a path of the gateway. A token that the gateway no longer takes, or another nonce, costs one more try. */
  async post(path: string, body: unknown): Promise<HttpReply> {
    const token = await this.#freshToken();
    const reply = await this.#postWith(token, path, body);
    if (reply.status !== 401) return reply;
    const { data } = refusalSchema.safeParse(jsonOrUndefined(reply.text));
    if (data?.code === 'proof_nonce_required') return await this.#postWith(token, path, body);
    if (data?.code !== 'token_invalid') return reply;
    this.#token = null;
    return await this.#postWith(await this.#freshToken(), path, body);
  }

  async #postWith({ value, scheme }: Token, path: string, body: unknown): Promise<HttpReply> {
    const url = `${this.#credentials.gateway}${path}`;
    const key = scheme === 'DPoP' ? this.#key : null;
    const proof = key === null ? {} : { dpop: await key.prove({ method: 'POST', url, accessToken: value }) };
    const reply = await this.#exchange(url, {
      method: 'POST',
      headers: { authorization: `${scheme} ${value}`, 'content-type': 'application/json', ...proof },
      body: JSON.stringify(body),
    });
    key?.learn(url, reply.headers);
    return reply;
  }

  async #freshToken(): Promise<Token> {
    const kept = this.#token;
    if (kept !== null && (await kept).endsAtMs > Date.now()) return await kept;
    // Another question may have asked for one meanwhile.
    if (this.#token !== kept && this.#token !== null) return await this.#token;
    const asked = this.#askForToken();
    this.#token = asked;
    asked.catch(() => {
      if (this.#token === asked) this.#token = null;
    });
    return await asked;
  }

  /** Plainly first; a server that wants a proof says no, and one that wants a nonce says which. */
  async #askForToken(): Promise<Token> {
    let reply = await this.#askServer();
    if (reply.status === 400 && this.#key === null && !HOPELESS.includes(errorOf(reply))) {
      this.#key = await ProofKey.create();
      reply = await this.#askServer();
    }
    const { tokenEndpoint } = this.#credentials;
    const isNewNonce = this.#key?.learn(tokenEndpoint, reply.headers) ?? false;
    if (reply.status >= 400 && isNewNonce && errorOf(reply) === 'use_dpop_nonce') reply = await this.#askServer();
    const parsed = tokenReplySchema.safeParse(jsonOrUndefined(reply.text));
    if (reply.status !== 200 || !parsed.success) {
      throw new ClientError('token_refused', `the authorization server gave no token (HTTP ${reply.status})`);
    }
    const { access_token: value, token_type, expires_in = LIFE_UNLESS_TOLD_S } = parsed.data;
    const scheme = token_type.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer';
    return { value, scheme, endsAtMs: Date.now() + Math.max(0, expires_in * 1000 - RENEW_BEFORE_MS) };
  }

  async #askServer(): Promise<HttpReply> {
    const { tokenEndpoint: url, clientId, clientSecret, gateway, resource = gateway } = this.#credentials;
    const proof = this.#key === null ? {} : { dpop: await this.#key.prove({ method: 'POST', url }) };
    return await this.#exchange(url, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`)}`, ...proof },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: VENUE_SCOPE, resource }),
    });
  }
}

/** RFC 6749 section 3.2: a client secret crosses no network in the clear. */
function isConfidential(endpoint: string): boolean {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
  const isLoopback = url !== null && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback);
}

/** RFC 6749 section 2.3.1 has credentials form-encoded before they are joined. */
function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

function errorOf({ text }: HttpReply): string {
  return z.object({ error: z.string() }).safeParse(jsonOrUndefined(text)).data?.error ?? '';
}
