import type { Logger } from 'pino';
import type { KeyRing, KeyState } from '../keys/key-ring.ts';
import { peekEntityStatement } from '../trust/entity-statement.ts';
import { keyIdentity, type PublicJwk } from '../trust/public-key.ts';
import { keysNamed } from '../trust/published-keys.ts';
import { TrustError } from '../trust/trust-error.ts';

/** A ring of an entity of this process whose keys its superior vouches for. */
export interface HandedRing {
  readonly entityId: string;
  readonly superior: string;
  readonly ring: KeyRing;
  /** Under which entity type the superior names the ring's keys; null: they are the federation keys. */
  readonly type: string | null;
}

interface Parts {
  /** What the superior says of the entity at this moment, from wherever it is served; null where it says nothing. */
  readonly fetchStatement: (superior: string, entityId: string) => Promise<string | null>;
  /** Hands the entity's present configuration to its superior. */
  readonly handIn: (superior: string, entityId: string) => Promise<void>;
  /** Whether the log vouches for the entity: before that, what it uses already waits for its admission alone. */
  readonly isAdmitted: (entityId: string) => boolean;
  readonly log: Logger;
}

/**
 * Waits with a new key until the superior vouches for it, which it does by what the log says: an answer signed by a key that
 * its superior does not name yet would verify nowhere. Asks only while a key waits, and hands the configuration in where it
 * is not taken.
 */
export class Handover {
  readonly #parts: Parts;
  readonly #rings: readonly HandedRing[];
  readonly #taken = new Set<string>();
  #looking = false;

  constructor(rings: readonly HandedRing[], parts: Parts) {
    this.#parts = parts;
    this.#rings = rings;
  }

  /** Whether a key may sign: its superior has been seen to vouch for it. */
  mayActivate(entityId: string, kid: string): boolean {
    return this.#taken.has(`${entityId} ${kid}`);
  }

  /** Whether a key waits for its superior. */
  isWaiting(): boolean {
    return this.#rings.some((ring) => this.#waiting(ring).length > 0);
  }

  /** One look at what waits and is not yet taken. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      for (const ring of this.#rings) await this.#lookAt(ring);
    } finally {
      this.#looking = false;
    }
  }

  /**
   * A published key of an admitted entity that is in use already waits as well: one that took the place of a revoked one,
   * or that was in use before its superior told of such keys. For a federation key of that kind nobody could sign.
   */
  #waiting({ entityId, ring, type }: HandedRing): PublicJwk[] {
    const isHandedLate = type !== null && this.#parts.isAdmitted(entityId);
    const isToBeTaken = (state: KeyState) => state === 'announced' || (state === 'active' && isHandedLate);
    return ring.lives
      .filter(({ state, jwk }) => isToBeTaken(state) && !this.mayActivate(entityId, jwk.kid))
      .map(({ jwk }) => jwk);
  }

  async #lookAt(handed: HandedRing): Promise<void> {
    const { entityId, superior, type } = handed;
    const waiting = this.#waiting(handed);
    if (waiting.length === 0) return;
    try {
      const vouchedFor = await this.#vouchedFor(superior, entityId, type);
      const missing = waiting.filter((jwk) => !vouchedFor.has(keyIdentity(jwk)));
      for (const jwk of waiting) if (vouchedFor.has(keyIdentity(jwk))) this.#taken.add(`${entityId} ${jwk.kid}`);
      if (missing.length > 0) await this.#parts.handIn(superior, entityId);
    } catch (error) {
      // Told at each look while it lasts: a key that nobody vouches for stays out of use, and somebody has to know.
      const reason = error instanceof Error ? error.message : 'unknown';
      this.#parts.log.warn({ entity: entityId, superior, reason }, 'the superior has not taken the next key');
    }
  }

  async #vouchedFor(superior: string, entityId: string, type: string | null): Promise<ReadonlySet<string>> {
    const token = await this.#parts.fetchStatement(superior, entityId);
    const claims = token === null ? null : peekEntityStatement(token).claims;
    if (claims?.iss !== superior || claims.sub !== entityId) {
      throw new TrustError('chain_broken', 'the superior does not vouch for the entity');
    }
    // A name alone would do for a key of somebody else's that bears it.
    return new Set((type === null ? claims.jwks.keys : keysNamed(claims.metadata, type)).map(keyIdentity));
  }
}
