import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { NODE_TOKEN_LIFETIME_S } from '../../schemas/statement-exchange.ts';
import { signNodeToken } from '../trust/node-token.ts';
import type { AskingGateway } from './question.ts';

const MOST_KEPT = 4_096;

/** What gateways of this node prove themselves with to other nodes, each used again for half its life. */
export class NodeTokens {
  readonly #kept = new LRUCache<string, { readonly token: Promise<string>; readonly renewAtMs: number }>({
    max: MOST_KEPT,
  });
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  async tokenFor(gateway: AskingGateway, issuer: string): Promise<string> {
    const nowMs = this.#nowMs();
    const key = `${gateway.entityId} ${issuer}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined && nowMs < kept.renewAtMs) return await kept.token;
    const token = this.#sign(gateway, issuer);
    this.#kept.set(key, { token, renewAtMs: nowMs + (NODE_TOKEN_LIFETIME_S * 1000) / 2 });
    return await token;
  }

  /** One for a single question, by its digest: what goes through somebody else's hands must be good for nothing more. */
  boundTokenFor(gateway: AskingGateway, issuer: string, question: string): Promise<string> {
    return this.#sign(gateway, issuer, question);
  }

  /** The issuer refused it: the next question comes with a new one. */
  forget({ entityId }: AskingGateway, issuer: string): void {
    this.#kept.delete(`${entityId} ${issuer}`);
  }

  #sign({ entityId, signer }: AskingGateway, issuer: string, question?: string): Promise<string> {
    const iat = Math.floor(this.#nowMs() / 1000);
    const bound = question === undefined ? {} : { question };
    const claims = { iss: entityId, aud: issuer, iat, exp: iat + NODE_TOKEN_LIFETIME_S, jti: randomUUID(), ...bound };
    return signNodeToken(claims, signer());
  }
}
