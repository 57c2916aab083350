import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { MAX_NODE_TOKEN_LENGTH } from '../../schemas/statement-exchange.ts';
import { ProblemError } from '../problem-error.ts';
import type { EntityResolver } from '../trust/entity-resolver.ts';
import { claimedAsker, verifyNodeToken } from '../trust/node-token.ts';
import { RECOGNITION_GATEWAY, recognitionGatewayMetadataSchema } from '../trust/trust-bundle.ts';
import type { ResolvedEntity } from '../trust/trust-chain.ts';
import { TrustError } from '../trust/trust-error.ts';

/** A gateway that the registry vouches for, and the issuer that it asks. */
export interface AskingParty<Issuer> {
  readonly gateway: string;
  readonly province: ProvinceCode;
  readonly issuer: Issuer;
  /** The digest of the one question that its token is good for; null: of any. */
  readonly question: string | null;
}

interface Remembered<Issuer> {
  readonly party: AskingParty<Issuer>;
  readonly expS: number;
  /** The chain that it was verified with: another one since may have taken its key away. */
  readonly resolved: ResolvedEntity;
}

interface Parts<Issuer> {
  readonly resolver: Pick<EntityResolver, 'resolve' | 'reread'>;
  /** The issuer of that identifier, where it may be asked here. */
  readonly issuerOf: (entityId: string) => Issuer | undefined;
  readonly nowMs: () => number;
}

/** Every gateway of the nation with two tokens a minute for a few issuers. */
const REMEMBERED_TOKENS = 4_096;

/**
 * Who asks, by a token that it signed with the key of its attestations: verified through its chain once, and remembered by
 * its hash until it expires or its chain becomes another one. Nobody whom the registry does not name is looked up.
 */
export class AskingGateways<Issuer> {
  readonly #parts: Parts<Issuer>;
  readonly #remembered = new LRUCache<string, Remembered<Issuer>>({ max: REMEMBERED_TOKENS });

  constructor(parts: Parts<Issuer>) {
    this.#parts = parts;
  }

  /** Throws ProblemError `node_token_invalid`, `node_not_admitted`, `unavailable`. */
  async authenticate(authorization: string | undefined): Promise<AskingParty<Issuer>> {
    const token = bearerToken(authorization);
    try {
      return await this.#verified(token);
    } catch (error) {
      throw askerProblem(error);
    }
  }

  async #verified(token: string): Promise<AskingParty<Issuer>> {
    const name = createHash('sha256').update(token).digest('base64url');
    const known = this.#remembered.get(name);
    if (known !== undefined && known.expS * 1000 > this.#parts.nowMs()) {
      const resolved = await this.#parts.resolver.resolve(known.party.gateway);
      if (resolved === known.resolved) return known.party;
    }
    const claimed = claimedAsker(token);
    const issuer = this.#parts.issuerOf(claimed.aud);
    if (issuer === undefined) throw new TrustError('audience_mismatch', 'the token is for another issuer');
    const fresh = await this.#verify(token, claimed.iss, issuer).catch(async (error: unknown) => {
      // The gateway may have rotated its key since its chain was read.
      if (!(error instanceof TrustError) || error.code !== 'key_unknown') throw error;
      await this.#parts.resolver.reread(claimed.iss);
      return await this.#verify(token, claimed.iss, issuer);
    });
    // One that is good for a single question comes once.
    if (fresh.party.question === null) this.#remembered.set(name, fresh);
    return fresh.party;
  }

  async #verify(token: string, gateway: string, issuer: Issuer): Promise<Remembered<Issuer>> {
    const resolved = await this.#parts.resolver.resolve(gateway);
    const metadata = recognitionGatewayMetadataSchema.safeParse(resolved.metadata[RECOGNITION_GATEWAY]);
    if (!metadata.success) throw new TrustError('not_admitted', 'the entity is no gateway');
    const { province, jwks } = metadata.data;
    const { exp, question = null } = await verifyNodeToken(token, jwks, Math.floor(this.#parts.nowMs() / 1000));
    return { party: { gateway, province, issuer, question }, expS: exp, resolved };
  }
}

/** The one bearer token of a request of a node. Throws ProblemError `node_token_invalid`. */
export function bearerToken(authorization: string | undefined): string {
  const [scheme, token, ...more] = (authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined || token === '' || more.length > 0) {
    throw invalid('there is no bearer token');
  }
  if (token.length > MAX_NODE_TOKEN_LENGTH) throw invalid('the token is too long');
  return token;
}

/** A token that is good for one question, with another or with none. */
export function unboundToken(): ProblemError {
  return invalid('the token is for another question, or for any');
}

/** What whoever asks is told where its token does not hold. */
export function askerProblem(error: unknown): unknown {
  if (!(error instanceof TrustError)) return error;
  const { code } = error;
  if (code === 'not_admitted') return new ProblemError('node_not_admitted');
  if (code === 'fetch_failed') {
    return new ProblemError('unavailable', "the gateway's chain cannot be fetched", { 'retry-after': '5' });
  }
  return invalid(code);
}

function invalid(detail: string): ProblemError {
  return new ProblemError('node_token_invalid', detail, { 'www-authenticate': 'Bearer realm="huren-node"' });
}
