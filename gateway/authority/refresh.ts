import type { Logger } from 'pino';
import type { Actor } from '../keys/actor.ts';
import type { SubordinateRecord } from '../registry/fold-state.ts';
import { isAdmitted } from '../registry/fold-subordinates.ts';
import type { RegistryDoor } from '../registry/registry-door.ts';
import { peekEntityStatement, verifyEntityConfiguration } from '../trust/entity-statement.ts';
import { keyIdentity, publicJwkSchema } from '../trust/public-key.ts';
import { TrustError } from '../trust/trust-error.ts';
import { admissibleKeys } from './admissible-keys.ts';
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
    const { door, superiors, log } = this.#parts;
    const record = this.#recordOf(configuration);
    const actor = superiors.get(record.superior);
    if (actor === undefined) throw new AuthorityError('request_refused', 'its superior is not hosted here');
    const jwks = await this.#newKeys(record, configuration);
    if (jwks === null) return false;
    const body = { entity_id: record.entity_id, jwks: { keys: jwks }, configuration };
    await door.submit(actor, { kind: 'subordinate_keys_changed', body });
    log.info({ entity: record.entity_id, keys: jwks.length }, 'keys of a subordinate taken');
    return true;
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
  async #newKeys(record: SubordinateRecord, configuration: string) {
    const { nowS } = this.#parts;
    const before = record.jwks.map((jwk) => publicJwkSchema.parse(jwk));
    try {
      const expected = { entityId: record.entity_id, jwks: { keys: before }, atS: nowS() };
      const { claims } = await verifyEntityConfiguration(configuration, expected);
      const shown = claims.jwks.keys.filter(({ revoked }) => revoked === undefined);
      const known = new Set(before.map(keyIdentity));
      const isSame = shown.length === known.size && shown.every((jwk) => known.has(keyIdentity(jwk)));
      // More than an event holds is cut from the old end: announced and active keys come last in a ring.
      return isSame ? null : admissibleKeys(shown.slice(-MOST_KEYS));
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      throw new AuthorityError('request_refused', `the configuration is refused: ${error.code}`, { cause: error });
    }
  }
}

const MOST_KEYS = 8;

function subjectOf(configuration: string): string | null {
  try {
    const { kind, claims } = peekEntityStatement(configuration);
    return kind === 'configuration' ? claims.sub : null;
  } catch (error) {
    if (error instanceof TrustError) return null;
    throw error;
  }
}
