import type { Logger } from 'pino';
import type { RegistryJwk } from '../../schemas/registry-event.ts';
import type { Actor } from '../keys/actor.ts';
import type { SubordinateRecord } from '../registry/fold-state.ts';
import { isAdmitted } from '../registry/fold-subordinates.ts';
import type { RegistryDoor } from '../registry/registry-door.ts';
import { peekEntityStatement, verifyEntityConfiguration } from '../trust/entity-statement.ts';
import { keyIdentity, publicJwkSchema } from '../trust/public-key.ts';
import { TrustError } from '../trust/trust-error.ts';
import { admissibleKeys, MOST_ADMITTED_KEYS, unrevoked } from './admissible-keys.ts';
import { AuthorityError } from './authority-error.ts';

interface Parts {
  readonly door: RegistryDoor;
  /** The superiors of this process with the keys that sign their events. */
  readonly superiors: ReadonlyMap<string, Actor>;
  /** A subordinate's present configuration, from whoever hosts it; null where it cannot be had. */
  readonly fetchConfiguration: (entityId: string) => Promise<string | null>;
  readonly nowS: () => number;
  readonly log: Logger;
}

interface Wanted {
  readonly actor: Actor;
  readonly entityId: string;
  readonly keys: RegistryJwk[];
}

/**
 * Keeps what the log says of subordinates' keys up to date: a superior takes new keys where an old one signed for them,
 * handed in or found by looking. So a rotation needs nobody's hand, and no stranger's.
 */
export class SubordinateRefresh {
  readonly #parts: Parts;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Takes in a configuration that somebody handed in; whoever it was, its signature decides. True where the log has
   * other keys now. Throws AuthorityError `request_refused`, and RegistryError.
   */
  async take(configuration: string): Promise<boolean> {
    // Decided before it waits for its turn, so that no stranger stands in the way of who has something to say.
    if ((await this.#wanted(configuration)) === null) return false;
    const next = this.#turn.then(() => this.#take(configuration));
    this.#turn = next.catch(() => {});
    return await next;
  }

  /** Looks at every subordinate once. One that is away or shows something else is left as it was, and logged. */
  async poll(): Promise<void> {
    const { door, superiors, fetchConfiguration, log } = this.#parts;
    for (const { entity_id: entity, superior } of door.folded().subordinates.values()) {
      if (!superiors.has(superior) || !isAdmitted(door.folded(), entity)) continue;
      try {
        const configuration = await fetchConfiguration(entity);
        if (configuration !== null) await this.take(configuration);
      } catch (error) {
        log.warn({ entity, reason: error instanceof Error ? error.message : 'unknown' }, 'subordinate not refreshed');
      }
    }
  }

  async #take(configuration: string): Promise<boolean> {
    const { door, log } = this.#parts;
    const wanted = await this.#wanted(configuration);
    if (wanted === null) return false;
    const { actor, entityId, keys } = wanted;
    const body = { entity_id: entityId, jwks: { keys }, configuration };
    await door.submit(actor, { kind: 'subordinate_keys_changed', body });
    log.info({ entity: entityId, keys: keys.length }, 'keys of a subordinate taken');
    return true;
  }

  /** What a configuration changes, and who says so in the log; null where the log has these keys already. */
  async #wanted(configuration: string): Promise<Wanted | null> {
    const record = this.#recordOf(configuration);
    const actor = this.#parts.superiors.get(record.superior);
    if (actor === undefined) throw new AuthorityError('request_refused', 'its superior is not hosted here');
    const keys = await this.#newKeys(record, configuration);
    return keys === null ? null : { actor, entityId: record.entity_id, keys };
  }

  #recordOf(configuration: string): SubordinateRecord {
    const state = this.#parts.door.folded();
    const entityId = subjectOf(configuration);
    const record = entityId === null ? undefined : state.subordinates.get(entityId);
    if (record === undefined || !isAdmitted(state, record.entity_id)) {
      throw new AuthorityError('request_refused', 'no such entity is admitted');
    }
    return record;
  }

  /** Null where the log has these keys already. */
  async #newKeys(record: SubordinateRecord, configuration: string): Promise<RegistryJwk[] | null> {
    const { nowS } = this.#parts;
    const before = record.jwks.map((jwk) => publicJwkSchema.parse(jwk));
    try {
      const expected = { entityId: record.entity_id, jwks: { keys: before }, atS: nowS() };
      const { claims, kid } = await verifyEntityConfiguration(configuration, expected);
      const stated = unrevoked(claims.jwks.keys);
      if (!stated.some((jwk) => jwk.kid === kid)) {
        throw new AuthorityError('request_refused', 'the key that signed the configuration is revoked in it');
      }
      if (claims.iat < (record.configured_s ?? 0)) {
        throw new AuthorityError('request_refused', 'newer keys of the entity were taken before');
      }
      // More than an event holds is cut from the old end: announced and active keys come last in a ring.
      const keys = admissibleKeys(stated.slice(-MOST_ADMITTED_KEYS));
      const known = new Set(before.map(keyIdentity));
      return keys.length === known.size && keys.every((jwk) => known.has(keyIdentity(jwk))) ? null : keys;
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      throw new AuthorityError('request_refused', `the configuration is refused: ${error.code}`, { cause: error });
    }
  }
}

function subjectOf(configuration: string): string | null {
  try {
    const { kind, claims } = peekEntityStatement(configuration);
    return kind === 'configuration' ? claims.sub : null;
  } catch (error) {
    if (error instanceof TrustError) return null;
    throw error;
  }
}
