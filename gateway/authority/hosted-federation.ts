import type { FoldState, SubordinateRecord } from '../registry/fold-state.ts';
import { isAdmitted } from '../registry/fold-subordinates.ts';
import { signEntityStatement } from '../trust/entity-statement.ts';
import { signHistoricalKeys } from '../trust/historical-keys.ts';
import { type PublicJwk, publicJwkSchema } from '../trust/public-key.ts';
import { entityTypeOf } from '../trust/published-keys.ts';
import { RESOLVE_RESPONSE_TYP } from '../trust/resolve-response.ts';
import { signCompact } from '../trust/signer.ts';
import { type ResolvedEntity, type TrustAnchor, validateChain } from '../trust/trust-chain.ts';
import { TrustError } from '../trust/trust-error.ts';
import type { HostedEntity } from './hosted-entity.ts';
import { publishedTermsOf, termsOf } from './terms.ts';

interface Held {
  readonly token: Promise<string>;
  readonly renewAtS: number;
  readonly basis: readonly unknown[];
}

interface Parts {
  /** The registry's state: who is below whom, and with which keys. */
  readonly folded: () => FoldState;
  readonly nowS: () => number;
}

export const STATEMENT_LIFETIME_S = 86_400;
const NONE: readonly never[] = [];

/**
 * Signs and serves the entity statements of hosted entities (OpenID Federation 1.0 section 3). What a superior says
 * about a subordinate follows from the log alone, whoever hosts the subordinate. A statement is signed once and renewed
 * at half its life, or at once when a key or a record that it follows from changes.
 */
export class HostedFederation {
  readonly #entities: ReadonlyMap<string, HostedEntity>;
  readonly #held = new Map<string, Held>();
  readonly #parts: Parts;

  constructor(entities: readonly HostedEntity[], parts: Parts) {
    this.#entities = new Map(entities.map((entity) => [entity.entityId, entity]));
    this.#parts = parts;
  }

  /** An entity's word about itself, or null where it is not hosted here. */
  async entityConfiguration(entityId: string): Promise<string | null> {
    const entity = this.#entities.get(entityId);
    if (entity === undefined) return null;
    return await this.#statement(
      entity,
      { sub: entityId, keys: entity.federationKeys.publicKeys },
      entity.basis(),
      () => this.#configurationClaims(entity),
    );
  }

  /** A hosted superior's word about an immediate subordinate, or null where it has none. */
  async subordinateStatement(superiorId: string, subjectId: string): Promise<string | null> {
    const superior = this.#entities.get(superiorId);
    const record = this.#subordinate(superiorId, subjectId);
    if (superior === undefined || record === undefined) return null;
    const keys = record.jwks.map((jwk) => publicJwkSchema.parse(jwk));
    const ownKeys = this.#parts.folded().entities.get(subjectId)?.keys ?? NONE;
    return await this.#statement(superior, { sub: subjectId, keys }, [record, ownKeys], async () => ({
      ...termsOf(record),
      ...publishedTermsOf(record, ownKeys, this.#parts.nowS()),
      source_endpoint: `${superiorId}/federation/fetch`,
    }));
  }

  /** The immediate subordinates of a hosted entity with their entity types, in the order of their identifiers. */
  subordinates(superiorId: string): { readonly entityId: string; readonly types: readonly string[] }[] {
    if (!this.#entities.has(superiorId)) return [];
    const ids = [...this.#parts.folded().subordinates.keys()].filter(
      (id) => this.#subordinate(superiorId, id) !== undefined,
    );
    return ids.sort().map((entityId) => ({ entityId, types: this.#typesOf(superiorId, entityId) }));
  }

  has(entityId: string): boolean {
    return this.#entities.has(entityId);
  }

  entityIds(): string[] {
    return [...this.#entities.keys()];
  }

  /**
   * A signed resolve response (section 8.3.2): the metadata that the chain resolves to, checked here as anybody would
   * check it, and the chain itself, for whoever distrusts us; of one entity type where `type` names it. Nothing in it
   * outlives the chain. Throws TrustError.
   */
  async resolveResponse(
    chain: readonly string[],
    anchor: TrustAnchor,
    { resolverId, type }: { readonly resolverId: string; readonly type: string | null },
  ): Promise<string> {
    const resolver = this.#entities.get(resolverId);
    if (resolver === undefined) throw new TrustError('anchor_unknown', 'no resolver is hosted here');
    const nowS = this.#parts.nowS();
    const { entityId, metadata, expS, trustMarks } = await validateChain(chain, anchor, nowS);
    const payload = {
      iss: resolver.entityId,
      sub: entityId,
      iat: nowS,
      exp: expS,
      metadata: type === null ? metadata : ofType(metadata, type),
      trust_chain: chain,
      ...(trustMarks.length === 0 ? {} : { trust_marks: trustMarks }),
    };
    return await signCompact({ typ: RESOLVE_RESPONSE_TYP }, payload, resolver.federationKeys.signer);
  }

  /** Retired and revoked keys of an entity, signed by it (section 8.7), or null where it is not hosted here. */
  async historicalKeys(entityId: string): Promise<string | null> {
    const entity = this.#entities.get(entityId);
    if (entity === undefined) return null;
    const { signer, lives } = entity.federationKeys;
    const nowS = this.#parts.nowS();
    return await this.#keep(`historical-keys ${entityId}`, nowS, entity.basis(), () =>
      signHistoricalKeys(entityId, [...lives, ...entity.publishedLives()], nowS, signer),
    );
  }

  /** Signs what an entity says anew: one of its keys has changed. */
  renew(entityId: string): void {
    for (const name of [...this.#held.keys()]) {
      if (name.split(' ').includes(entityId)) this.#held.delete(name);
    }
  }

  #subordinate(superiorId: string, subjectId: string): SubordinateRecord | undefined {
    const state = this.#parts.folded();
    const record = state.subordinates.get(subjectId);
    return record?.superior === superiorId && isAdmitted(state, subjectId) ? record : undefined;
  }

  #typesOf(superiorId: string, entityId: string): string[] {
    const hosted = this.#entities.get(entityId);
    if (hosted !== undefined) return Object.keys(hosted.metadata(this.#parts.nowS()));
    const record = this.#subordinate(superiorId, entityId);
    return record === undefined ? [] : ['federation_entity', entityTypeOf(record.kind)];
  }

  async #configurationClaims(entity: HostedEntity): Promise<object> {
    const trustMarks = (await entity.trustMarks?.()) ?? [];
    return {
      metadata: entity.metadata(this.#parts.nowS()),
      ...(entity.superior === null ? {} : { authority_hints: [entity.superior] }),
      ...(trustMarks.length === 0 ? {} : { trust_marks: trustMarks }),
      ...entity.claims,
    };
  }

  #statement(
    issuer: HostedEntity,
    { sub, keys }: { readonly sub: string; readonly keys: readonly PublicJwk[] },
    basis: readonly unknown[],
    claimsOf: () => Promise<object>,
  ): Promise<string> {
    const nowS = this.#parts.nowS();
    return this.#keep(`${issuer.entityId} ${sub}`, nowS, basis, async () => {
      const claims = await claimsOf();
      return await signEntityStatement(
        {
          iss: issuer.entityId,
          sub,
          iat: nowS,
          exp: nowS + STATEMENT_LIFETIME_S,
          jwks: { keys: [...keys] },
          ...claims,
        },
        issuer.federationKeys.signer,
      );
    });
  }

  /** What was signed under a name that lists every entity it leans on, until half its life is over or its basis changes. */
  #keep(name: string, nowS: number, basis: readonly unknown[], sign: () => Promise<string>): Promise<string> {
    const held = this.#held.get(name);
    const stands = held !== undefined && nowS < held.renewAtS && held.basis.every((part, at) => part === basis[at]);
    if (stands) return held.token;
    const token = sign();
    const next = { token, basis, renewAtS: nowS + STATEMENT_LIFETIME_S / 2 };
    this.#held.set(name, next);
    // A failure is not kept: what it lacked may be there at the next look. It may come late, after the look that mended it.
    token.catch(() => {
      if (this.#held.get(name) === next) this.#held.delete(name);
    });
    return token;
  }
}

/** Of the one type that was asked for. Its name is a stranger's choice: "constructor" must not find what objects inherit. */
function ofType(metadata: ResolvedEntity['metadata'], type: string): ResolvedEntity['metadata'] {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => name === type));
}
