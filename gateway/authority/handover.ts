import type { Logger } from 'pino';
import type { KeyRing } from '../keys/key-ring.ts';
import { peekEntityStatement } from '../trust/entity-statement.ts';
import { keyIdentity } from '../trust/public-key.ts';
import { TrustError } from '../trust/trust-error.ts';

/** An entity of this process whose superior vouches for its federation keys. */
export interface Subordinate {
  readonly entityId: string;
  readonly superior: string;
  readonly ring: KeyRing;
}

interface Parts {
  /** What the superior says of the entity at this moment, from wherever it is served; null where it says nothing. */
  readonly fetchStatement: (superior: string, entityId: string) => Promise<string | null>;
  /** Hands the entity's present configuration to its superior. */
  readonly handIn: (superior: string, entityId: string) => Promise<void>;
  readonly log: Logger;
}

/**
 * Waits with a new federation key until the superior vouches for it: an answer signed by a key that its superior does not
 * name yet would verify nowhere. Asks only while a key is announced, and hands the configuration in where it is not taken.
 */
export class Handover {
  readonly #parts: Parts;
  readonly #subordinates: readonly Subordinate[];
  readonly #taken = new Set<string>();
  #looking = false;

  constructor(subordinates: readonly Subordinate[], parts: Parts) {
    this.#subordinates = subordinates;
    this.#parts = parts;
  }

  /** Whether a key may sign: its superior has been seen to vouch for it. */
  mayActivate(entityId: string, kid: string): boolean {
    return this.#taken.has(`${entityId} ${kid}`);
  }

  /** One look at what is announced and not yet taken. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      for (const subordinate of this.#subordinates) await this.#lookAt(subordinate);
    } finally {
      this.#looking = false;
    }
  }

  async #lookAt({ entityId, superior, ring }: Subordinate): Promise<void> {
    const waiting = ring.lives
      .filter(({ state, jwk }) => state === 'announced' && !this.mayActivate(entityId, jwk.kid))
      .map(({ jwk }) => jwk);
    if (waiting.length === 0) return;
    try {
      const vouchedFor = await this.#vouchedFor(superior, entityId);
      const missing = waiting.filter((jwk) => !vouchedFor.has(keyIdentity(jwk)));
      for (const jwk of waiting) if (vouchedFor.has(keyIdentity(jwk))) this.#taken.add(`${entityId} ${jwk.kid}`);
      if (missing.length > 0) await this.#parts.handIn(superior, entityId);
    } catch (error) {
      // Told at each look while it lasts: a key that nobody vouches for stays out of use, and somebody has to know.
      const reason = error instanceof Error ? error.message : 'unknown';
      this.#parts.log.warn({ entity: entityId, superior, reason }, 'the superior has not taken the next key');
    }
  }

  async #vouchedFor(superior: string, entityId: string): Promise<ReadonlySet<string>> {
    const token = await this.#parts.fetchStatement(superior, entityId);
    const claims = token === null ? null : peekEntityStatement(token).claims;
    if (claims?.iss !== superior || claims.sub !== entityId) {
      throw new TrustError('chain_broken', 'the superior does not vouch for the entity');
    }
    // A name alone would do for a key of somebody else's that bears it.
    return new Set(claims.jwks.keys.map(keyIdentity));
  }
}
