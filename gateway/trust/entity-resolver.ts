import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { JwkSet } from './public-key.ts';
import { STATUS_ISSUER, statusIssuerMetadataSchema } from './trust-bundle.ts';
import { type TrustAnchor, validateChain } from './trust-chain.ts';
import { TrustError } from './trust-error.ts';

interface Kept {
  readonly jwks: JwkSet;
  readonly expS: number;
}

/** Statement keys of issuing provinces, kept no longer than the chain that vouches for them. */
export class EntityResolver {
  readonly #kept = new Map<string, Kept>();
  readonly #anchor: TrustAnchor;
  readonly #chainOf: (entityId: string) => Promise<readonly string[]>;
  readonly #nowS: () => number;

  constructor(anchor: TrustAnchor, chainOf: (entityId: string) => Promise<readonly string[]>, nowS: () => number) {
    this.#anchor = anchor;
    this.#chainOf = chainOf;
    this.#nowS = nowS;
  }

  /** Throws TrustError where the entity has no valid chain or is not that province. */
  async statementKeys(entityId: string, province: ProvinceCode): Promise<JwkSet> {
    const kept = this.#kept.get(entityId);
    if (kept !== undefined && kept.expS > this.#nowS()) return kept.jwks;
    const resolved = await validateChain(await this.#chainOf(entityId), this.#anchor, this.#nowS());
    const metadata = statusIssuerMetadataSchema.safeParse(resolved.metadata[STATUS_ISSUER]);
    if (resolved.entityId !== entityId || !metadata.success || metadata.data.province !== province) {
      throw new TrustError('invalid_metadata', 'the entity does not issue statements for that province', {
        link: entityId,
      });
    }
    this.#kept.set(entityId, { jwks: metadata.data.jwks, expS: resolved.expS });
    return metadata.data.jwks;
  }
}
