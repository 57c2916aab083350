import { AuthorityError } from '../../authority/authority-error.ts';
import { refreshEndpoint } from '../../authority/endpoints.ts';
import { type HandedRing, Handover } from '../../authority/handover.ts';
import { isActiveInLog, isWaitingForLog, type LoggedRing, logRingKeys } from '../../authority/logged-keys.ts';
import { SubordinateRefresh } from '../../authority/refresh.ts';
import { mountRefresh } from '../../http/refresh.ts';
import { type Actor, actorOf } from '../../keys/actor.ts';
import { isAdmitted } from '../../registry/fold-subordinates.ts';
import type { RegistryDoor } from '../../registry/registry-door.ts';
import { peekEntityStatement } from '../../trust/entity-statement.ts';
import { entityTypeOf } from '../../trust/published-keys.ts';
import type { HostedParty } from '../hosting.ts';
import type { NodeParts, Role } from '../node-parts.ts';

const LOOK_EVERY_MS = 1_000;

/** `take`: a subordinate's configuration, from within this process. */
export interface AuthorityRole extends Role {
  readonly take: (configuration: string) => Promise<boolean>;
}

/**
 * Speaks for others: keeps what the log says of its subordinates' keys and of its own up to date, so that a rotation needs
 * nobody's hand. What it signs about them is a function of the log (authority/hosted-federation.ts).
 */
export async function openAuthority(parts: NodeParts, door: RegistryDoor): Promise<AuthorityRole> {
  const { config, trust, log, nowMs } = parts;
  const superiors = await openSuperiors(parts, door);
  const actors = new Map(superiors.flatMap(({ actor }) => [[actor.entityId, actor] as const]));
  const refresh = new SubordinateRefresh({
    door,
    superiors: actors,
    fetchConfiguration: async (entityId) =>
      (await trust.federation.entityConfiguration(entityId)) ?? (await trust.remote.fetchEntityConfiguration(entityId)),
    nowS: () => Math.floor(nowMs() / 1000),
    log,
  });
  const logged = [...superiors, ...anchorRings(trust.parties, actors)];
  const stop = [
    every(
      LOOK_EVERY_MS,
      async () => {
        const nowS = Math.floor(nowMs() / 1000);
        for (const ring of superiors) await told(ring, parts, () => ring.ring.refresh(nowS));
        for (const ring of logged) await told(ring, parts, () => logRingKeys(door, ring, log));
      },
      parts,
    ),
    every(config.refreshS * 1000, () => refresh.poll(), parts),
  ];
  return {
    name: 'authority',
    take: (configuration) => refresh.take(configuration),
    mount: (router) =>
      mountRefresh(router, [...actors.keys()], {
        take: (configuration) => refresh.take(configuration),
        bodies: parts.shared.strangersBodies,
      }),
    notReady: () => [],
    degraded: () => (logged.some((ring) => isWaitingForLog(door, ring)) ? [{ reason: 'key_waiting' }] : []),
    close: async () => {
      for (const end of stop) end();
    },
  };
}

/** The entities here that have others below them, with the keys that sign their events: gated until the log has them. */
async function openSuperiors({ keys, trust, nowMs }: NodeParts, door: RegistryDoor): Promise<LoggedRing[]> {
  const speaking = trust.parties.filter(({ description: { kind } }) => kind === 'anchor' || kind === 'province');
  return await Promise.all(
    speaking.map(async ({ description: { owner, entity_id: entityId } }): Promise<LoggedRing> => {
      const ring = await keys.openRing(owner, 'registry', {
        nowS: Math.floor(nowMs() / 1000),
        entityId,
        mayActivate: (kid) => isActiveInLog(door, entityId, 'registry', kid),
      });
      return { actor: actorOf(ring), use: 'registry', ring };
    }),
  );
}

/** The anchor's federation keys count by the log beside the pin, since nobody stands above it to vouch for them. */
function anchorRings(parties: readonly HostedParty[], actors: ReadonlyMap<string, Actor>): LoggedRing[] {
  return parties.flatMap(({ description: { kind, entity_id }, federation }) => {
    const actor = actors.get(entity_id);
    return kind === 'anchor' && actor !== undefined ? [{ actor, use: 'federation' as const, ring: federation }] : [];
  });
}

/** Lets no key of an entity of this node sign before its superior vouches for it; every node does that for its own. */
export function openHandover(
  { trust, registry, documents, log }: Pick<NodeParts, 'trust' | 'registry' | 'documents' | 'log'>,
  takeHere: (configuration: string) => Promise<unknown>,
): Handover {
  return new Handover(trust.parties.flatMap(handedRings), {
    log,
    isAdmitted: (entityId) => isAdmitted(registry.registry.folded(), entityId),
    fetchStatement: async (superior, entityId) => {
      if (trust.federation.has(superior)) return await trust.federation.subordinateStatement(superior, entityId);
      const token = await trust.remote.fetchEntityConfiguration(superior);
      const statement = token === null ? null : peekEntityStatement(token);
      if (statement?.kind !== 'configuration') return null;
      return await trust.remote.fetchSubordinateStatement(statement.claims, entityId);
    },
    handIn: async (superior, entityId) => {
      const configuration = await trust.federation.entityConfiguration(entityId);
      if (configuration === null) return;
      if (trust.federation.has(superior)) return void (await takeHere(configuration));
      const sent = { mediaType: 'application/entity-statement+jwt', body: configuration };
      const { status } = await documents.post(refreshEndpoint(superior), sent);
      if (status !== 200 && status !== 201)
        throw new AuthorityError('request_refused', `the superior answers ${status}`);
    },
  });
}

function handedRings({ description, federation, published }: HostedParty): HandedRing[] {
  const { entity_id: entityId, superior, kind } = description;
  if (superior === null || kind === 'anchor') return [];
  const own = { entityId, superior, ring: federation, type: null };
  return published === null ? [own] : [own, { entityId, superior, ring: published, type: entityTypeOf(kind) }];
}

/** One ring that cannot be brought to the log keeps no other from it. */
async function told({ actor, use }: LoggedRing, { log }: NodeParts, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    log.warn({ entity: actor.entityId, use, reason }, 'keys not brought to the log');
  }
}

/** Runs something again and again, one after another; a failure is logged and tried again. */
function every(ms: number, act: () => Promise<void>, { log }: NodeParts): () => void {
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    act()
      .catch((error: unknown) => {
        log.warn({ reason: error instanceof Error ? error.message : 'unknown' }, 'an authority’s round ended early');
      })
      .finally(() => {
        isBusy = false;
      });
  }, ms);
  timer.unref();
  return () => clearInterval(timer);
}
