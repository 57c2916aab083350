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

  async tokenFor({ entityId, signer }: AskingGateway, issuer: string): Promise<string> {
    const nowMs = this.#nowMs();
    const key = `${entityId} ${issuer}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined && nowMs < kept.renewAtMs) return await kept.token;
    const iat = Math.floor(nowMs / 1000);
    const claims = { iss: entityId, aud: issuer, iat, exp: iat + NODE_TOKEN_LIFETIME_S, jti: randomUUID() };
    const token = signNodeToken(claims, signer());
    this.#kept.set(key, { token, renewAtMs: nowMs + (NODE_TOKEN_LIFETIME_S * 1000) / 2 });
    return await token;
  }

  /** The issuer refused it: the next question comes with a new one. */
  forget({ entityId }: AskingGateway, issuer: string): void {
    this.#kept.delete(`${entityId} ${issuer}`);
  }
}
