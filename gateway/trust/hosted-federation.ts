import type { EntityConfiguration, SubordinateStatement } from './entity-claims.ts';
import { signEntityStatement } from './entity-statement.ts';
import type { PublicJwk } from './public-key.ts';
import { type Signer, signCompact } from './signer.ts';
import { TrustError } from './trust-error.ts';

/** An entity whose federation keys this process holds: the gateway itself and, in the sandbox, anchor and provinces. */
export interface HostedEntity {
  readonly entityId: string;
  readonly signer: Signer;
  readonly publicKeys: readonly PublicJwk[];
  readonly metadata: NonNullable<EntityConfiguration['metadata']>;
  readonly superior: string | null;
  /** What this entity imposes on each of its immediate subordinates, by entity identifier. */
  readonly terms: ReadonlyMap<string, SubordinateTerms>;
}

export type SubordinateTerms = Pick<SubordinateStatement, 'metadata_policy' | 'constraints'>;

interface Held {
  readonly token: Promise<string>;
  readonly renewAtS: number;
}

const STATEMENT_LIFETIME_S = 86_400;

/**
 * Signs and serves the entity statements of hosted entities (OpenID Federation 1.0 section 3). A statement is signed
 * once and renewed at half its life, so that nobody is handed one about to expire.
 */
export class HostedFederation {
  readonly #entities: ReadonlyMap<string, HostedEntity>;
  readonly #held = new Map<string, Held>();
  readonly #nowS: () => number;

  constructor(entities: readonly HostedEntity[], nowS: () => number) {
    this.#entities = new Map(entities.map((entity) => [entity.entityId, entity]));
    this.#nowS = nowS;
  }

  /** An entity's word about itself, or null where it is not hosted here. */
  async entityConfiguration(entityId: string): Promise<string | null> {
    const entity = this.#entities.get(entityId);
    if (entity === undefined) return null;
    return await this.#statement(entity, entity, {
      metadata: entity.metadata,
      ...(entity.superior === null ? {} : { authority_hints: [entity.superior] }),
    });
  }

  /** A superior's word about an immediate subordinate, or null where it has none. */
  async subordinateStatement(superiorId: string, subjectId: string): Promise<string | null> {
    const superior = this.#entities.get(superiorId);
    const subject = this.#entities.get(subjectId);
    const terms = superior?.terms.get(subjectId);
    if (superior === undefined || subject === undefined || terms === undefined) return null;
    return await this.#statement(superior, subject, terms);
  }

  /** Entity identifiers of the immediate subordinates of a hosted entity. */
  subordinates(superiorId: string): string[] {
    return [...(this.#entities.get(superiorId)?.terms.keys() ?? [])];
  }

  /** URL paths, below `base`, of the hosted entities that live there. */
  pathsBelow(base: string): string[] {
    const below = [...this.#entities.keys()].filter((entityId) => entityId.startsWith(`${base}/`));
    return below.map((entityId) => entityId.slice(base.length));
  }

  /** A signed resolve response (section 8.3) with the chain, so that whoever distrusts us can check it. */
  async resolveResponse(entityId: string): Promise<string> {
    const chain = await this.chainOf(entityId);
    const resolver = this.#entities.values().next().value;
    const subject = this.#entities.get(entityId);
    if (resolver === undefined || subject === undefined)
      throw new TrustError('anchor_unknown', 'nothing is hosted here');
    const nowS = this.#nowS();
    const payload = { iss: resolver.entityId, sub: entityId, iat: nowS, exp: nowS + STATEMENT_LIFETIME_S / 2 };
    return await signCompact(
      { typ: 'resolve-response+jwt' },
      { ...payload, metadata: subject.metadata, trust_chain: chain },
      resolver.signer,
    );
  }

  /** The trust chain of a hosted entity up to its topmost superior. Throws `anchor_unknown` for a stranger. */
  async chainOf(entityId: string): Promise<string[]> {
    const configuration = await this.entityConfiguration(entityId);
    if (configuration === null) throw new TrustError('anchor_unknown', 'no chain for that entity is known here');
    const chain = [configuration];
    let subject = this.#entities.get(entityId);
    while (subject !== undefined && subject.superior !== null) {
      const statement = await this.subordinateStatement(subject.superior, subject.entityId);
      if (statement === null) throw new TrustError('chain_broken', 'a superior does not vouch for its subordinate');
      chain.push(statement);
      subject = this.#entities.get(subject.superior);
    }
    return chain;
  }

  #statement(issuer: HostedEntity, subject: HostedEntity, claims: object): Promise<string> {
    const nowS = this.#nowS();
    const name = `${issuer.entityId} ${subject.entityId}`;
    const held = this.#held.get(name);
    if (held !== undefined && nowS < held.renewAtS) return held.token;
    const token = signEntityStatement(
      {
        iss: issuer.entityId,
        sub: subject.entityId,
        iat: nowS,
        exp: nowS + STATEMENT_LIFETIME_S,
        jwks: { keys: [...subject.publicKeys] },
        ...claims,
      },
      issuer.signer,
    );
    this.#held.set(name, { token, renewAtS: nowS + STATEMENT_LIFETIME_S / 2 });
    return token;
  }
}
