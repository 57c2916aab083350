import type { Level, ProvinceCode, Role } from '../../schemas/code-lists/index.ts';
import type { AgencyOutOfReach } from './approval.ts';
import type { Agency, EntityResolver } from './entity-resolver.ts';
import { keyLifeOf, keysEndedByLog } from './key-lifecycle.ts';
import type { JwkSet, PublicJwk } from './public-key.ts';
import type { ResolvedEntity } from './trust-chain.ts';
import { nullIfUntrusted, TrustError } from './trust-error.ts';

/** Which entity speaks for which province. */
export interface ProvinceDirectory {
  readonly entityIds: () => readonly string[];
  readonly entityIdOf: (province: ProvinceCode) => string | null;
  readonly provinceOf: (entityId: string) => ProvinceCode | null;
}

/** What the log says of entities: their keys, and who is below whom. The registry's folded state has this form. */
export interface LoggedEntities {
  readonly entities: ReadonlyMap<string, { readonly keys: readonly LoggedKey[] }>;
  readonly subordinates: ReadonlyMap<string, LoggedSubordinate>;
}
interface LoggedSubordinate {
  readonly entity_id: string;
  readonly superior: string;
  readonly kind: string;
  readonly state: string;
  readonly level: Level | null;
  readonly role: Role | null;
  readonly published: readonly PublishedKey[];
}
interface PublishedKey {
  readonly jwk: { readonly kid: string };
  readonly ended_s: number | null;
}
type LoggedKey = Parameters<typeof keyLifeOf>[0] & { readonly use: string };

interface Parts {
  /** Null: this gateway was told of no anchor, and has nobody to believe. */
  readonly resolver: EntityResolver | null;
  readonly directory: ProvinceDirectory;
  readonly folded: () => LoggedEntities;
}

interface Ended {
  readonly own: readonly LoggedKey[];
  readonly published: readonly PublishedKey[];
  readonly jwks: JwkSet;
}

/** What an entity signs statements with, and when its chain ends. */
export interface SigningKeys {
  readonly entityId: string;
  readonly jwks: JwkSet;
  readonly expS: number;
}

/** The agencies of a province whose chains are known, and those for whom nobody answers. */
export interface KnownAgencies {
  readonly agencies: readonly Agency[];
  readonly outOfReach: readonly AgencyOutOfReach[];
}

const NONE: readonly never[] = [];

/** Whose keys count for a province: its own, as its chain and the log have them, and those of its agencies. */
export class ProvinceTrust {
  readonly #parts: Parts;
  /** Key sets as the log leaves them: the same set for the same chain, so that its keys are imported once. */
  readonly #ended = new WeakMap<JwkSet, Ended>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * What statements are signed with, at once while the chain is known; `reread` after an unknown kid reads the chain again,
   * though not too often. Throws or rejects with TrustError.
   */
  issuerKeys(province: ProvinceCode, reread?: 'reread'): SigningKeys | Promise<SigningKeys> {
    return this.#keysOf(this.#entityId(province), province, reread);
  }

  /** What a province's issuer entity signs with: one of its own, by its chain. Throws or rejects with TrustError. */
  nodeKeys(node: string, province: ProvinceCode, reread?: 'reread'): SigningKeys | Promise<SigningKeys> {
    return this.#keysOf(node, province, reread);
  }

  #keysOf(entityId: string, province: ProvinceCode, reread?: 'reread'): SigningKeys | Promise<SigningKeys> {
    const resolved = reread === undefined ? this.#resolver().known(entityId) : null;
    return resolved === null ? this.#readKeys(entityId, province, reread) : this.#keysIn(resolved, entityId, province);
  }

  async #readKeys(entityId: string, province: ProvinceCode, reread?: 'reread'): Promise<SigningKeys> {
    const resolver = this.#resolver();
    if (reread !== undefined) await resolver.reread(entityId);
    return this.#keysIn(await resolver.resolve(entityId), entityId, province);
  }

  #keysIn(resolved: ResolvedEntity, entityId: string, province: ProvinceCode): SigningKeys {
    const jwks = this.#asLogged(entityId, this.#resolver().statementKeysOf(resolved, entityId, province));
    return { entityId, jwks, expS: resolved.expS };
  }

  /** What security events may be signed with: federation keys and statement keys. Throws TrustError. */
  async eventKeys(province: ProvinceCode): Promise<{ readonly entityId: string; readonly jwks: JwkSet }> {
    const entityId = this.#entityId(province);
    const { jwks } = await this.#resolver().resolve(entityId);
    // A province behind a plain API signs no statements.
    const statements = await this.#readKeys(this.#entityId(province), province).catch(nullIfUntrusted);
    return { entityId, jwks: { keys: [...jwks.keys, ...(statements?.jwks.keys ?? [])] } };
  }

  /** The agencies that a province has admitted and that its chain vouches for. Throws TrustError. */
  async agencies(province: ProvinceCode): Promise<KnownAgencies> {
    const superior = this.#entityId(province);
    const records = [...this.#parts.folded().subordinates.values()].filter(
      (record) => record.superior === superior && record.kind === 'agency' && record.state === 'admitted',
    );
    const resolver = this.#resolver();
    const outOfReach: AgencyOutOfReach[] = [];
    const agencyOf = async (record: LoggedSubordinate): Promise<Agency | null> => {
      const { entity_id: entityId } = record;
      try {
        const agency = await resolver.agency(entityId, province);
        const { keys } = this.#asLogged(entityId, agency);
        return keys === agency.keys ? agency : { ...agency, keys };
      } catch (error) {
        if (error instanceof TrustError && error.code === 'fetch_failed') outOfReach.push(...partOf(record));
        return nullIfUntrusted(error);
      }
    };
    const found = await Promise.all(records.map(agencyOf));
    return { agencies: found.filter((agency) => agency !== null), outOfReach };
  }

  provinceOf(entityId: string): ProvinceCode | null {
    return this.#parts.directory.provinceOf(entityId);
  }

  /** One that the log ended is over, whatever a chain still shows. */
  #asLogged(entityId: string, jwks: JwkSet): JwkSet {
    const { entities, subordinates } = this.#parts.folded();
    const own = entities.get(entityId)?.keys ?? NONE;
    const published = subordinates.get(entityId)?.published ?? NONE;
    const known = this.#ended.get(jwks);
    // A state shares what an event left alone, so the same arrays are the same keys.
    if (known?.own === own && known.published === published) return known.jwks;
    const lives = own.filter(({ use }) => use === 'statement').map(keyLifeOf);
    const keys = endedBySuperior(keysEndedByLog(jwks.keys, lives), published);
    const ended = keys.every((key, at) => key === jwks.keys[at]) ? jwks : { keys };
    this.#ended.set(jwks, { own, published, jwks: ended });
    return ended;
  }

  #entityId(province: ProvinceCode): string {
    const entityId = this.#parts.directory.entityIdOf(province);
    if (entityId !== null) return entityId;
    throw new TrustError('anchor_unknown', 'no entity is registered for that province');
  }

  #resolver(): EntityResolver {
    const { resolver } = this.#parts;
    if (resolver !== null) return resolver;
    throw new TrustError('anchor_unknown', 'this gateway has no trust anchor');
  }
}

/** What the log has of an agency that cannot be asked. One that was admitted before the log named keys may have any. */
function partOf({ level, role, published }: LoggedSubordinate): AgencyOutOfReach[] {
  if (level === null || role === null) return [];
  const kids = published.filter(({ ended_s }) => ended_s === null).map(({ jwk }) => jwk.kid);
  return [{ level, role, kids: published.length === 0 ? null : new Set(kids) }];
}

/** Keys that a chain states, each with the end that its superior has put to it in the log since. */
function endedBySuperior(keys: readonly PublicJwk[], published: readonly PublishedKey[]): PublicJwk[] {
  const ends = new Map(
    published.flatMap(({ jwk, ended_s }) => (ended_s === null ? [] : [[jwk.kid, ended_s] as const])),
  );
  return keys.map((jwk) => {
    const endedS = ends.get(jwk.kid);
    return endedS === undefined ? jwk : { ...jwk, exp: Math.min(endedS, jwk.exp ?? endedS) };
  });
}
