import type { Level, ProvinceCode, Role } from '../../schemas/code-lists/index.ts';
import type { JwkSet, PublicJwk } from './public-key.ts';
import { ASSIGNMENT_AGENCY, agencyMetadataSchema, STATUS_ISSUER, statusIssuerMetadataSchema } from './trust-bundle.ts';
import { type ResolvedEntity, type TrustAnchor, validateChain } from './trust-chain.ts';
import { TrustError } from './trust-error.ts';

export interface ResolverParts {
  readonly anchor: () => TrustAnchor;
  readonly chainOf: (entityId: string) => Promise<readonly string[]>;
  readonly nowS: () => number;
}

/** An agency below a province, as its whole chain vouches for it: which part of the procedure it may sign. */
export interface Agency {
  readonly entityId: string;
  readonly level: Level;
  readonly role: Role;
  readonly keys: readonly PublicJwk[];
}

interface Kept {
  readonly resolved: Promise<ResolvedEntity>;
  readonly readAtS: number;
}

/** A stranger's kid makes us read a chain again at most this often, so that nobody can keep us busy with made-up kids. */
const REREAD_EVERY_S = 1;

/** What trust chains say about issuing provinces and their agencies, kept no longer than the chain itself lasts. */
export class EntityResolver {
  readonly #kept = new Map<string, Kept>();
  readonly #parts: ResolverParts;

  constructor(parts: ResolverParts) {
    this.#parts = parts;
  }

  /** The statement keys of a province. Throws TrustError where the entity has no valid chain or is not that province. */
  async statementKeys(entityId: string, province: ProvinceCode): Promise<JwkSet> {
    const { metadata } = await this.resolve(entityId);
    const parsed = statusIssuerMetadataSchema.safeParse(metadata[STATUS_ISSUER]);
    if (parsed.success && parsed.data.province === province) return parsed.data.jwks;
    throw new TrustError('invalid_metadata', 'the entity does not issue statements for that province', {
      link: entityId,
    });
  }

  /**
   * An agency's keys through its chain: agency, province, anchor. The province's policy fixes level and role, so that a
   * county's key cannot sign for the province's commission. Throws TrustError.
   */
  async agency(entityId: string, province: ProvinceCode): Promise<Agency> {
    const { metadata } = await this.resolve(entityId);
    const parsed = agencyMetadataSchema.safeParse(metadata[ASSIGNMENT_AGENCY]);
    if (!parsed.success || parsed.data.province !== province) {
      throw new TrustError('invalid_metadata', 'the entity is no agency of that province', { link: entityId });
    }
    const { level, role, jwks } = parsed.data;
    return { entityId, level, role, keys: jwks.keys };
  }

  /** Resolves an entity, from what is kept while its chain stands. Throws TrustError. */
  async resolve(entityId: string): Promise<ResolvedEntity> {
    const kept = this.#kept.get(entityId);
    if (kept !== undefined) {
      const resolved = await kept.resolved;
      if (resolved.expS > this.#parts.nowS()) return resolved;
    }
    return await this.#read(entityId);
  }

  /** Gives up what is kept about an entity, and about everything whose chain runs through it: a key has changed. */
  forget(entityId: string): void {
    for (const [id, { resolved }] of this.#kept) {
      if (id === entityId) this.#kept.delete(id);
      void resolved.then(
        ({ path }) => {
          if (path.some((step) => step.entityId === entityId) && this.#kept.get(id)?.resolved === resolved) {
            this.#kept.delete(id);
          }
        },
        () => undefined,
      );
    }
  }

  /** As `forget` for an unknown kid, but seldom: true where the next look reads the chain again. */
  forgetStale(entityId: string): boolean {
    const kept = this.#kept.get(entityId);
    if (kept === undefined) return true;
    if (this.#parts.nowS() - kept.readAtS < REREAD_EVERY_S) return false;
    this.#kept.delete(entityId);
    return true;
  }

  #read(entityId: string): Promise<ResolvedEntity> {
    const nowS = this.#parts.nowS();
    const resolved = this.#validated(entityId, nowS);
    const kept = { resolved, readAtS: nowS };
    this.#kept.set(entityId, kept);
    // A failure is not remembered: the entity may be mended before the next look.
    resolved.catch(() => {
      if (this.#kept.get(entityId) === kept) this.#kept.delete(entityId);
    });
    return resolved;
  }

  async #validated(entityId: string, nowS: number): Promise<ResolvedEntity> {
    const resolved = await validateChain(await this.#parts.chainOf(entityId), this.#parts.anchor(), nowS);
    if (resolved.entityId === entityId) return resolved;
    throw new TrustError('subject_mismatch', 'the chain is for another entity', { link: entityId });
  }
}
