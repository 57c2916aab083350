import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Agency, EntityResolver } from './entity-resolver.ts';
import { type KeyLife, keysEndedByLog } from './key-lifecycle.ts';
import type { JwkSet } from './public-key.ts';
import { nullIfUntrusted, TrustError } from './trust-error.ts';

/** Which entity speaks for which province. */
export interface ProvinceDirectory {
  readonly entityIds: () => readonly string[];
  readonly entityIdOf: (province: ProvinceCode) => string | null;
  readonly provinceOf: (entityId: string) => ProvinceCode | null;
}

interface Parts {
  /** Null: this gateway was told of no anchor, and has nobody to believe. */
  readonly resolver: EntityResolver | null;
  readonly directory: ProvinceDirectory;
  /** The agencies that a province names, by their identifiers; whether they are that is checked here. */
  readonly agenciesBelow: (provinceId: string) => Promise<readonly string[]>;
}

/** Whose keys count for a province: its own, as its chain and the log have them, and those of its agencies. */
export class ProvinceTrust {
  readonly #parts: Parts;
  readonly #logged = new Map<ProvinceCode, readonly KeyLife[]>();
  /** Key sets as the log leaves them: the same set for the same chain, so that its keys are imported once. */
  #ended = new WeakMap<JwkSet, JwkSet>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What statements are signed with; `reread` after an unknown kid reads the chain again, though not too often. Throws TrustError. */
  async issuerKeys(
    province: ProvinceCode,
    reread?: 'reread',
  ): Promise<{ readonly entityId: string; readonly jwks: JwkSet; readonly expS: number }> {
    const entityId = this.#entityId(province);
    const resolver = this.#resolver();
    if (reread !== undefined) resolver.forgetStale(entityId);
    const jwks = this.#asLogged(province, await resolver.statementKeys(entityId, province));
    return { entityId, jwks, expS: (await resolver.resolve(entityId)).expS };
  }

  /** What security events may be signed with: federation keys and statement keys. Throws TrustError. */
  async eventKeys(province: ProvinceCode): Promise<{ readonly entityId: string; readonly jwks: JwkSet }> {
    const entityId = this.#entityId(province);
    const { jwks } = await this.#resolver().resolve(entityId);
    // A province behind a plain API signs no statements.
    const statements = await this.issuerKeys(province).catch(nullIfUntrusted);
    return { entityId, jwks: { keys: [...jwks.keys, ...(statements?.jwks.keys ?? [])] } };
  }

  /** The agencies below a province that its chain vouches for. Throws TrustError. */
  async agencies(province: ProvinceCode): Promise<readonly Agency[]> {
    const ids = await this.#parts.agenciesBelow(this.#entityId(province));
    const found = await Promise.all(ids.map((id) => this.#resolver().agency(id, province).catch(nullIfUntrusted)));
    return found.filter((agency) => agency !== null);
  }

  provinceOf(entityId: string): ProvinceCode | null {
    return this.#parts.directory.provinceOf(entityId);
  }

  /** Takes what the log says of a province's statement keys: one that it ended is over, whatever a chain still shows. */
  noteLoggedKeys(province: ProvinceCode, keys: readonly KeyLife[]): void {
    this.#logged.set(province, keys);
    this.#ended = new WeakMap();
    this.forget(province);
  }

  /** Gives up what is kept about a province: a key of its has changed. */
  forget(province: ProvinceCode): void {
    const entityId = this.#parts.directory.entityIdOf(province);
    if (entityId !== null) this.#parts.resolver?.forget(entityId);
  }

  #asLogged(province: ProvinceCode, jwks: JwkSet): JwkSet {
    const logged = this.#logged.get(province) ?? [];
    if (logged.length === 0) return jwks;
    const known = this.#ended.get(jwks);
    if (known !== undefined) return known;
    const ended = { keys: keysEndedByLog(jwks.keys, logged) };
    this.#ended.set(jwks, ended);
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
