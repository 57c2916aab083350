import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { ProblemError } from '../problem-error.ts';
import type { AuthorizationServer } from '../trust/entity-resolver.ts';
import { type Signer, signCompact } from '../trust/signer.ts';

/** How long a server's word about a token counts: also how long a token that was withdrawn goes on. */
export const WORD_COUNTS_MS = 30_000;
/** A server that is away is not asked again at every question. */
const ASK_AGAIN_AFTER_MS = 1_000;
const REMEMBERED = 20_000;
const BOUNDS = { timeoutMs: 2_000, maxBytes: 16_384 };
const ASSERTION_LIFE_S = 60;
/** JWS `typ` of a client's proof of who it is (RFC 7523). */
const ASSERTION_TYP = 'client-authentication+jwt';
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** RFC 7662 section 2.2. What the token itself says is verified already; this only takes away. */
const wordSchema = z.object({ active: z.boolean(), client_id: z.string().optional() });

interface Parts {
  /** The guarded way out, bounded in time and size. Rejects where nobody answers. */
  readonly post: (
    url: string,
    sent: { readonly mediaType: string; readonly body: string },
    bounds: { readonly timeoutMs: number; readonly maxBytes: number },
  ) => Promise<{ readonly status: number; readonly bytes: Uint8Array }>;
  /** The gateway of a province, and what it proves itself with: the key of its attestations, as its chain has it. */
  readonly gatewayOf: (province: ProvinceCode) => { readonly entityId: string; readonly signer: Signer } | null;
  readonly nowMs: () => number;
}

interface Word {
  readonly isActive: Promise<boolean>;
  readonly untilMs: number;
}

/** A token that was verified, and the name under which it is remembered. */
interface Introspected {
  readonly hash: string;
  readonly token: string;
  readonly clientId: string;
}

/**
 * Asks an authorization server whether a token still counts (RFC 7662), where that server wants to be asked. Its word is kept
 * for half a minute and asked for once, however many scans wait for it; where it cannot be had the token counts as neither.
 */
export class Introspection {
  readonly #words = new LRUCache<string, Word>({ max: REMEMBERED });
  /** Servers that gave no word, and until when they are left alone. */
  readonly #awayUntilMs = new Map<string, number>();
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Throws ProblemError `unavailable` where the server's word cannot be had. */
  async isActive(asked: Introspected, server: AuthorizationServer): Promise<boolean> {
    const { introspectionEndpoint } = server;
    if (introspectionEndpoint === null) return true;
    const known = this.#words.get(asked.hash);
    if (known !== undefined && known.untilMs > this.#parts.nowMs()) return await known.isActive;
    const isActive = this.#ask(asked, server, introspectionEndpoint);
    this.#words.set(asked.hash, { isActive, untilMs: this.#parts.nowMs() + WORD_COUNTS_MS });
    // That nobody answered is no word.
    isActive.catch(() => this.#words.delete(asked.hash));
    return await isActive;
  }

  async #ask({ token, clientId }: Introspected, server: AuthorizationServer, endpoint: string): Promise<boolean> {
    const { nowMs, post } = this.#parts;
    if ((this.#awayUntilMs.get(server.issuer) ?? 0) > nowMs()) throw unavailable();
    const form = new URLSearchParams({
      token,
      token_type_hint: 'access_token',
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await this.#assertion(server),
    });
    const sent = { mediaType: 'application/x-www-form-urlencoded', body: form.toString() };
    const reply = await post(endpoint, sent, BOUNDS).catch(() => null);
    const word = reply?.status === 200 ? wordSchema.safeParse(jsonIn(reply.bytes)).data : undefined;
    if (word === undefined) {
      this.#awayUntilMs.set(server.issuer, nowMs() + ASK_AGAIN_AFTER_MS);
      throw unavailable();
    }
    this.#awayUntilMs.delete(server.issuer);
    return word.active && (word.client_id ?? clientId) === clientId;
  }

  /** `private_key_jwt` (OpenID Connect Core section 9): a server finds the gateway's key through the gateway's own chain. */
  async #assertion({ issuer, province }: AuthorizationServer): Promise<string> {
    const gateway = this.#parts.gatewayOf(province);
    if (gateway === null) throw unavailable();
    const iat = Math.floor(this.#parts.nowMs() / 1000);
    const { entityId, signer } = gateway;
    const claims = { iss: entityId, sub: entityId, aud: issuer, iat, exp: iat + ASSERTION_LIFE_S, jti: randomUUID() };
    return await signCompact({ typ: ASSERTION_TYP }, claims, signer);
  }
}

function jsonIn(bytes: Uint8Array): unknown {
  return jsonOrUndefined(Buffer.from(bytes).toString('utf8'));
}

function unavailable(): ProblemError {
  const detail = 'the authorization server does not say whether the token still counts';
  return new ProblemError('unavailable', detail, { 'retry-after': '1' });
}
