import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { NODE_TOKEN_LIFETIME_S } from '../../schemas/statement-exchange.ts';
import { signNodeToken } from '../trust/node-token.ts';
import type { AskingGateway } from './question.ts';

const MOST_KEPT = 4_096;

interface Kept {
  readonly token: Promise<string>;
  /** Of the key that signed it. */
  readonly kid: string;
  readonly renewAtMs: number;
}

/** What gateways of this node prove themselves with to other nodes, each used again for half its life. */
export class NodeTokens {
  readonly #kept = new LRUCache<string, Kept>({ max: MOST_KEPT });
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /**
   * Sends with the token that is kept; after one that was refused the next question comes with a new one. The log may end a
   * key while tokens of it are kept, as one that was revoked: where another key signs by now, the same is sent once more with
   * its token, and nothing is lost. `send` makes a request of its own each time.
   */
  async present<Reply extends { readonly status: number }>(
    gateway: AskingGateway,
    issuer: string,
    send: (token: string) => Promise<Reply>,
  ): Promise<Reply> {
    const shown = this.#keptFor(gateway, issuer);
    const reply = await send(await shown.token);
    if (reply.status !== 401) return reply;
    this.#forget(gateway, issuer, shown);
    if (shown.kid === gateway.signer().kid) return reply;
    const next = this.#keptFor(gateway, issuer);
    const again = await send(await next.token);
    if (again.status === 401) this.#forget(gateway, issuer, next);
    return again;
  }

  /** One for a single question, by its digest: what goes through somebody else's hands must be good for nothing more. */
  boundTokenFor(gateway: AskingGateway, issuer: string, question: string): Promise<string> {
    return this.#sign(gateway, issuer, question);
  }

  #keptFor(gateway: AskingGateway, issuer: string): Kept {
    const nowMs = this.#nowMs();
    const name = nameOf(gateway, issuer);
    const known = this.#kept.get(name);
    if (known !== undefined && nowMs < known.renewAtMs) return known;
    const { kid } = gateway.signer();
    const renewAtMs = nowMs + (NODE_TOKEN_LIFETIME_S * 1000) / 2;
    const kept = { token: this.#sign(gateway, issuer), kid, renewAtMs };
    this.#kept.set(name, kept);
    // One that could not be signed is not kept: the key may be within reach again at the next question.
    kept.token.catch(() => this.#forget(gateway, issuer, kept));
    return kept;
  }

  /** Unless another one has come in its place meanwhile. */
  #forget(gateway: AskingGateway, issuer: string, kept: Kept): void {
    const name = nameOf(gateway, issuer);
    if (this.#kept.get(name) === kept) this.#kept.delete(name);
  }

  #sign({ entityId, signer }: AskingGateway, issuer: string, question?: string): Promise<string> {
    const iat = Math.floor(this.#nowMs() / 1000);
    const bound = question === undefined ? {} : { question };
    const claims = { iss: entityId, aud: issuer, iat, exp: iat + NODE_TOKEN_LIFETIME_S, jti: randomUUID(), ...bound };
    return signNodeToken(claims, signer());
  }
}

function nameOf({ entityId }: AskingGateway, issuer: string): string {
  return `${entityId} ${issuer}`;
}
