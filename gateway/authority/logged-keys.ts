import type { Logger } from 'pino';
import type { RegistryKeyUse } from '../../schemas/registry-event.ts';
import type { Actor } from '../keys/actor.ts';
import type { KeyRing, KeyState } from '../keys/key-ring.ts';
import type { KeyRecord } from '../registry/fold-state.ts';
import type { RegistryDoor } from '../registry/registry-door.ts';
import { admissibleKeys } from './admissible-keys.ts';

/** A ring whose keys count by the log: an entity's registry keys, and the anchor's federation keys. */
export interface LoggedRing {
  readonly actor: Actor;
  readonly use: RegistryKeyUse;
  readonly ring: KeyRing;
}

/**
 * Brings the log to what a ring has, step by step: a key that the ring announced, or put in a revoked one's place, is
 * announced and made active there, by the key before; one that it retired is retired there once its successor signs, and one that it revoked is revoked
 * there. The ring's own gate waits for the log.
 */
export async function logRingKeys(door: RegistryDoor, logged: LoggedRing, log: Logger): Promise<void> {
  const { actor, use, ring } = logged;
  const inLog = (kid: string): KeyRecord | undefined =>
    door
      .folded()
      .entities.get(actor.entityId)
      ?.keys.find((key) => key.use === use && key.jwk.kid === kid);
  if (door.folded().entities.get(actor.entityId)?.state !== 'enrolled') return;
  for (const { jwk, state } of ring.lives) {
    const { kid } = jwk;
    const [bare] = admissibleKeys([jwk]);
    if (bare === undefined) continue;
    if (state === 'revoked') {
      const known = inLog(kid);
      if (known === undefined || known.state === 'revoked') continue;
      await door.submit(actor, { kind: 'key_revoked', body: { entity_id: actor.entityId, use, kid } });
      log.info({ entity: actor.entityId, use, kid }, 'key revoked in the log');
      continue;
    }
    if (isToBeAnnounced(logged, { kid, state }) && inLog(kid) === undefined) {
      await door.submit(actor, { kind: 'key_announced', body: { use, jwk: bare } });
      log.info({ entity: actor.entityId, use, kid }, 'key announced in the log');
    }
    if (state !== 'retired' && inLog(kid)?.state === 'announced') {
      await door.submit(actor, { kind: 'key_activated', body: { use, kid } });
    }
    if (state === 'retired' && inLog(kid)?.state === 'active' && ring.signer.kid !== kid) {
      await door.submit(actor, { kind: 'key_retired', body: { use, kid } });
      log.info({ entity: actor.entityId, use, kid }, 'key retired in the log');
    }
  }
}

/**
 * A key takes a revoked one's place at once, whatever the log has; it is brought there where another key signs that. The
 * first key of a ring counts by a pin or an enrolment.
 */
function isToBeAnnounced({ actor, ring }: LoggedRing, { kid, state }: { kid: string; state: KeyState }): boolean {
  if (state === 'announced') return true;
  const hasLostOne = ring.lives.some((life) => life.state === 'revoked');
  return state === 'active' && hasLostOne && actor.signer.kid !== kid;
}

/** Whether the log lets a key sign: what a ring's gate asks before it puts it to use. */
export function isActiveInLog(
  door: Pick<RegistryDoor, 'folded'>,
  entityId: string,
  use: RegistryKeyUse,
  kid: string,
): boolean {
  const keys = door.folded().entities.get(entityId)?.keys ?? [];
  return keys.some((key) => key.use === use && key.jwk.kid === kid && key.state === 'active');
}

/** Whether a ring has a key that the log does not let sign yet. */
export function isWaitingForLog(door: Pick<RegistryDoor, 'folded'>, logged: LoggedRing): boolean {
  const { actor, use, ring } = logged;
  return ring.lives.some(
    ({ state, jwk: { kid } }) =>
      isToBeAnnounced(logged, { kid, state }) && !isActiveInLog(door, actor.entityId, use, kid),
  );
}
