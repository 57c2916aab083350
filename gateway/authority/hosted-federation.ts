import type { EntityConfiguration, SubordinateStatement, TrustMarkEntry } from '../trust/entity-claims.ts';
import { signEntityStatement } from '../trust/entity-statement.ts';
import { signHistoricalKeys } from '../trust/historical-keys.ts';
import { type KeyLife, usableAndRevokedKeys } from '../trust/key-lifecycle.ts';
import type { PublicJwk } from '../trust/public-key.ts';
import { type Signer, signCompact } from '../trust/signer.ts';
import { type TrustAnchor, validateChain } from '../trust/trust-chain.ts';
import { TrustError } from '../trust/trust-error.ts';

/** An entity's own federation keys as they are at this moment: a key ring, or a stand-in for one. */
export interface FederationKeys {
  readonly signer: Signer;
  readonly publicKeys: readonly PublicJwk[];
  readonly lives: readonly KeyLife[];
}

/** The keys that an entity signs other things with, published as `jwks` in one of its metadata types. */
export interface PublishedKeys {
  readonly type: string;
  readonly lives: () => readonly KeyLife[];
}

/** An entity whose federation keys this process holds: the gateway itself and, in the sandbox, anchor and provinces. */
export interface HostedEntity {
  readonly entityId: string;
  readonly federationKeys: FederationKeys;
  /** Without the `jwks` that `published` adds. */
  readonly metadata: NonNullable<EntityConfiguration['metadata']>;
  readonly published?: PublishedKeys;
  readonly superior: string | null;
  /** What this entity imposes on each of its immediate subordinates, by entity identifier. */
  readonly terms: ReadonlyMap<string, SubordinateTerms>;
  /** Marks that others gave it; each is signed anew with its configuration. */
  readonly trustMarks?: () => Promise<TrustMarkEntry[]>;
  /** Further claims of its configuration: whom an anchor lets issue which trust marks. */
  readonly claims?: Pick<EntityConfiguration, 'trust_mark_issuers'>;
}

export type SubordinateTerms = Pick<SubordinateStatement, 'metadata_policy' | 'constraints'>;

interface Held {
  readonly token: Promise<string>;
  readonly renewAtS: number;
}

export const STATEMENT_LIFETIME_S = 86_400;

export const RESOLVE_RESPONSE_TYP = 'resolve-response+jwt';

/**
 * Signs and serves the entity statements of hosted entities (OpenID Federation 1.0 section 3). A statement is signed
 * once and renewed at half its life, or at once when a key that it carries or was signed with changes.
 */
export class HostedFederation {
  readonly #entities: ReadonlyMap<string, HostedEntity>;
  readonly #replaced = new Map<string, readonly KeyLife[]>();
  readonly #logged = new Map<string, readonly KeyLife[]>();
  readonly #held = new Map<string, Held>();
  readonly #nowS: () => number;

  constructor(entities: readonly HostedEntity[], nowS: () => number) {
    this.#entities = new Map(entities.map((entity) => [entity.entityId, entity]));
    this.#nowS = nowS;
  }

  /** An entity's word about itself, or null where it is not hosted here. */
  async entityConfiguration(entityId: string): Promise<string | null> {
    const entity = this.#entities.get(entityId);
    return entity === undefined ? null : await this.#statement(entity, entity, () => this.#configurationClaims(entity));
  }

  /** A superior's word about an immediate subordinate, or null where it has none. */
  async subordinateStatement(superiorId: string, subjectId: string): Promise<string | null> {
    const superior = this.#entities.get(superiorId);
    const subject = this.#entities.get(subjectId);
    const terms = superior?.terms.get(subjectId);
    if (superior === undefined || subject === undefined || terms === undefined) return null;
    return await this.#statement(superior, subject, async () => ({
      ...terms,
      source_endpoint: `${superiorId}/federation/fetch`,
    }));
  }

  /** The immediate subordinates of a hosted entity with their entity types, in the order of their identifiers. */
  subordinates(superiorId: string): { readonly entityId: string; readonly types: readonly string[] }[] {
    const ids = [...(this.#entities.get(superiorId)?.terms.keys() ?? [])].sort();
    return ids.map((entityId) => ({ entityId, types: this.#typesOf(entityId) }));
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
    const nowS = this.#nowS();
    const { entityId, metadata, expS, trustMarks } = await validateChain(chain, anchor, nowS);
    const payload = {
      iss: resolver.entityId,
      sub: entityId,
      iat: nowS,
      exp: expS,
      metadata: type === null ? metadata : { [type]: metadata[type] ?? {} },
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
    const nowS = this.#nowS();
    const past = [...lives, ...this.#publishedLives(entity)];
    return await this.#keep(`historical-keys ${entityId}`, nowS, () =>
      signHistoricalKeys(entityId, past, nowS, signer),
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

  /**
   * Takes the keys that an entity signs with from another authority than its own ring: the fold over the log, or a
   * simulated province. Statements that carry the old ones are given up at once.
   */
  replaceKeys(entityId: string, keys: readonly KeyLife[]): void {
    this.#replaced.set(entityId, keys);
    this.renew(entityId);
  }

  /**
   * Takes what the log says of an entity's signing keys. Its time decides: a key that it ends is over from then on, and
   * a key that it alone knows is published as well.
   */
  noteLoggedKeys(entityId: string, keys: readonly KeyLife[]): void {
    this.#logged.set(entityId, keys);
    this.renew(entityId);
  }

  /** Signs an entity's statements, and those about it, anew: one of its keys has changed. */
  renew(entityId: string): void {
    for (const name of [...this.#held.keys()]) {
      if (name.split(' ').includes(entityId)) this.#held.delete(name);
    }
  }

  async #configurationClaims(entity: HostedEntity): Promise<object> {
    const trustMarks = (await entity.trustMarks?.()) ?? [];
    return {
      metadata: this.#metadataOf(entity),
      ...(entity.superior === null ? {} : { authority_hints: [entity.superior] }),
      ...(trustMarks.length === 0 ? {} : { trust_marks: trustMarks }),
      ...entity.claims,
    };
  }

  #metadataOf(entity: HostedEntity): HostedEntity['metadata'] {
    const { published, metadata } = entity;
    if (published === undefined) return metadata;
    const keys = usableAndRevokedKeys(this.#publishedLives(entity), this.#nowS());
    return { ...metadata, [published.type]: { ...metadata[published.type], jwks: { keys } } };
  }

  #publishedLives(entity: HostedEntity): readonly KeyLife[] {
    const own = this.#replaced.get(entity.entityId) ?? entity.published?.lives() ?? [];
    return withLogged(own, this.#logged.get(entity.entityId) ?? []);
  }

  #typesOf(entityId: string): string[] {
    const entity = this.#entities.get(entityId);
    return entity === undefined ? [] : Object.keys(this.#metadataOf(entity));
  }

  #statement(issuer: HostedEntity, subject: HostedEntity, claimsOf: () => Promise<object>): Promise<string> {
    const nowS = this.#nowS();
    return this.#keep(`${issuer.entityId} ${subject.entityId}`, nowS, async () => {
      const claims = await claimsOf();
      return await signEntityStatement(
        {
          iss: issuer.entityId,
          sub: subject.entityId,
          iat: nowS,
          exp: nowS + STATEMENT_LIFETIME_S,
          jwks: { keys: [...subject.federationKeys.publicKeys] },
          ...claims,
        },
        issuer.federationKeys.signer,
      );
    });
  }

  /** What was signed under a name that lists every entity it leans on, until half its life is over. */
  #keep(name: string, nowS: number, sign: () => Promise<string>): Promise<string> {
    const held = this.#held.get(name);
    if (held !== undefined && nowS < held.renewAtS) return held.token;
    const token = sign();
    this.#held.set(name, { token, renewAtS: nowS + STATEMENT_LIFETIME_S / 2 });
    return token;
  }
}

function withLogged(own: readonly KeyLife[], logged: readonly KeyLife[]): readonly KeyLife[] {
  if (logged.length === 0) return own;
  const byKid = new Map(logged.map((life) => [life.jwk.kid, life]));
  const kids = new Set(own.map(({ jwk }) => jwk.kid));
  const ended = own.map((life) => {
    const said = byKid.get(life.jwk.kid);
    return said?.state === 'retired' || said?.state === 'revoked' ? { ...said, jwk: life.jwk } : life;
  });
  return [...ended, ...logged.filter(({ jwk }) => !kids.has(jwk.kid))];
}
