import type { Logger } from 'pino';
import type { PublishedKey, RegistryJwk } from '../../schemas/registry-event.ts';
import type { Actor } from '../keys/actor.ts';
import { hasItsKeysVouchedFor } from '../registry/fold-published-keys.ts';
import type { PublishedRecord, SubordinateRecord } from '../registry/fold-state.ts';
import { isAdmitted } from '../registry/fold-subordinates.ts';
import type { RegistryDoor } from '../registry/registry-door.ts';
import type { EntityStatementClaims } from '../trust/entity-claims.ts';
import { peekEntityStatement, verifyEntityConfiguration } from '../trust/entity-statement.ts';
import { keyIdentity, publicJwkSchema } from '../trust/public-key.ts';
import { publishedKeysIn } from '../trust/published-keys.ts';
import { TrustError } from '../trust/trust-error.ts';
import { admissibleKeys, listedKeys, MOST_ADMITTED_KEYS, unrevoked } from './admissible-keys.ts';
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
  readonly keys: NewKeys;
}

/** `published` where it changes. */
interface NewKeys {
  readonly jwks: RegistryJwk[];
  readonly published?: PublishedKey[];
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
    const { jwks, ...published } = keys;
    const body = { entity_id: entityId, jwks: { keys: jwks }, ...published, configuration };
    await door.submit(actor, { kind: 'subordinate_keys_changed', body });
    log.info({ entity: entityId, keys: jwks.length }, 'keys of a subordinate taken');
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
  async #newKeys(record: SubordinateRecord, configuration: string): Promise<NewKeys | null> {
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
      // One that was given up stays so, and keeps no other from being taken.
      const over = new Set(record.given_up.map(keyIdentity));
      // More than an event holds is cut from the old end: announced and active keys come last in a ring.
      const jwks = admissibleKeys(stated.filter((jwk) => !over.has(keyIdentity(jwk))).slice(-MOST_ADMITTED_KEYS));
      const known = new Set(before.map(keyIdentity));
      const isSame = jwks.length === known.size && jwks.every((jwk) => known.has(keyIdentity(jwk)));
      const published = this.#newPublished(record, claims);
      if (published === null) return isSame ? null : { jwks };
      return { jwks, published };
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      throw new AuthorityError('request_refused', `the configuration is refused: ${error.code}`, { cause: error });
    }
  }

  /** What an entity signs other things with from now on; null where the log has it so, or it is not for the superior to say. */
  #newPublished(record: SubordinateRecord, claims: EntityStatementClaims): PublishedKey[] | null {
    const nowS = this.#parts.nowS();
    const stated = hasItsKeysVouchedFor(record.kind) ? publishedKeysIn(claims, record.kind) : null;
    if (stated === null) return null;
    const standingNow = standing(record.published, nowS);
    const over = new Set(record.published.map(({ jwk }) => jwk.kid));
    for (const { jwk } of standingNow) over.delete(jwk.kid);
    // One that is over stays so, and keeps no other from being taken.
    const taken = listedKeys(stated, nowS).filter(({ jwk }) => !over.has(jwk.kid));
    return areSame(taken, standingNow) ? null : taken;
  }
}

/** Those that stand at `nowS` by the log, as an event lists them. */
function standing(records: readonly PublishedRecord[], nowS: number): PublishedKey[] {
  return records
    .filter(({ ends_s, ended_s }) => ended_s === null && (ends_s ?? Number.POSITIVE_INFINITY) > nowS)
    .map(({ jwk, ends_s }) => ({ jwk, ...(ends_s === null ? {} : { ends_s }) }));
}

function areSame(some: readonly PublishedKey[], others: readonly PublishedKey[]): boolean {
  const nameOf = ({ jwk, ends_s }: PublishedKey) => `${jwk.kid} ${keyIdentity(jwk)} ${ends_s}`;
  const known = new Set(others.map(nameOf));
  return some.length === known.size && some.every((key) => known.has(nameOf(key)));
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
