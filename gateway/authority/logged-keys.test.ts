import { beforeEach, describe, expect, test } from 'vitest';
import { actorOf } from '../keys/actor.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { KeyStore } from '../keys/key-store.ts';
import { actors, NAME, NOW_S, TRUSTED, VERIFIER_KEY, World } from '../registry/registry.fixture.ts';
import { RegistryError } from '../registry/registry-error.ts';
import { doorInto, keptLog, ownKeyStore, type WatchedDoor } from './authority.fixture.ts';
import { isActiveInLog, isWaitingForLog, type LoggedRing, logRingKeys } from './logged-keys.ts';

const { anchor } = actors;
const PROVINCE = 'https://shanghai.example';
const { log } = keptLog();

let keys: KeyStore;
let world: World;
let door: WatchedDoor;
let registry: LoggedRing;
let federation: LoggedRing;

beforeEach(async () => {
  keys = ownKeyStore();
  world = new World();
  door = doorInto(world);
  await world.do(anchor, 'registry_created', {
    name: NAME,
    jwks: { keys: [anchor.publicJwk] },
    log: { origin: 'registry.example/log', keys: [VERIFIER_KEY] },
  });
  registry = await logged('province', 'registry', PROVINCE);
  federation = { ...(await logged('anchor', 'federation', TRUSTED.anchor?.entity_id ?? '')), actor: anchor };
});

async function logged(owner: string, use: LoggedRing['use'] & KeyUse, entityId: string): Promise<LoggedRing> {
  const mayActivate = (kid: string) => isActiveInLog(door, entityId, use, kid);
  const ring = await keys.openRing(owner, use, { nowS: NOW_S, entityId, mayActivate });
  return { actor: actorOf(ring), use, ring };
}
type KeyUse = KeyRing['keys'][number]['use'];

async function enrol(): Promise<void> {
  await world.enrol(registry.actor, 'province', '310000');
}

const statesOf = (entityId: string, use: string) =>
  (world.state.entities.get(entityId)?.keys ?? [])
    .filter((key) => key.use === use)
    .map(({ jwk, state }) => [jwk.kid, state]);

/** One step of a running node: the ring follows its file, then the log follows the ring. */
async function step(of: LoggedRing): Promise<void> {
  await of.ring.refresh(NOW_S);
  await logRingKeys(door, of, log);
}

describe("an entity's registry key", () => {
  test('is put to use before the log has it, or without the key before', async () => {
    await enrol();
    const before = registry.ring.signer.kid;
    const { kid, state } = await keys.rotate('province', 'registry', NOW_S);
    expect([state, registry.ring.signer.kid]).toEqual(['announced', before]);
    await step(registry);
    expect(door.entered).toEqual(['key_announced', 'key_activated']);
    await step(registry);
    expect(registry.ring.signer.kid).toBe(kid);
    expect(door.entered).toEqual(['key_announced', 'key_activated', 'key_retired']);
    expect(statesOf(PROVINCE, 'registry')).toEqual([
      [before, 'retired'],
      [kid, 'active'],
    ]);
    // Nobody has to hold on to the old key for the next event.
    await keys.announce('province', 'registry', NOW_S);
    await step(registry);
    expect(statesOf(PROVINCE, 'registry').map(([, held]) => held)).toEqual(['retired', 'active', 'active']);
  });

  test('makes events again when nothing has changed', async () => {
    await enrol();
    await step(registry);
    expect(door.entered).toEqual([]);
    await keys.rotate('province', 'registry', NOW_S);
    for (let times = 0; times < 4; times += 1) await step(registry);
    expect(door.entered).toEqual(['key_announced', 'key_activated', 'key_retired']);
  });

  test('is announced for an entity that is not enrolled, or was removed', async () => {
    await keys.announce('province', 'registry', NOW_S);
    await step(registry);
    await enrol();
    await world.do(anchor, 'entity_removed', { entity_id: PROVINCE });
    await step(registry);
    expect(door.entered).toEqual([]);
  });

  test('is lost where the registry fails half way', async () => {
    await enrol();
    const before = registry.ring.signer.kid;
    await keys.rotate('province', 'registry', NOW_S);
    await registry.ring.refresh(NOW_S);
    let left = 1;
    const flaky: WatchedDoor = {
      ...door,
      submit: async (actor, event) => {
        if (left === 0) throw new RegistryError('registry_unavailable', 'away');
        left -= 1;
        await door.submit(actor, event);
      },
    };
    await expect(logRingKeys(flaky, registry, log)).rejects.toMatchObject({ code: 'registry_unavailable' });
    await registry.ring.refresh(NOW_S);
    expect([registry.ring.signer.kid, door.entered]).toEqual([before, ['key_announced']]);
    await step(registry);
    await step(registry);
    expect(door.entered).toEqual(['key_announced', 'key_activated', 'key_retired']);
  });

  test('that is revoked goes on signing by the log', async () => {
    await enrol();
    const { kid } = await keys.rotate('province', 'registry', NOW_S);
    await step(registry);
    const before = registry.ring.lives.find((life) => life.jwk.kid !== kid)?.jwk.kid ?? '';
    await step(registry);
    await keys.revoke('province', 'registry', { kid: before, nowS: NOW_S, reason: 'compromised' });
    await step(registry);
    await step(registry);
    expect(statesOf(PROVINCE, 'registry')).toEqual([
      [before, 'revoked'],
      [kid, 'active'],
    ]);
    expect(door.entered.slice(3)).toEqual(['key_revoked']);
  });
});

describe("the anchor's federation key", () => {
  test('is put to use before the log has it', async () => {
    const before = federation.ring.signer.kid;
    const { kid } = await keys.rotate('anchor', 'federation', NOW_S);
    await federation.ring.refresh(NOW_S);
    expect(federation.ring.signer.kid).toBe(before);
    await step(federation);
    await step(federation);
    expect(federation.ring.signer.kid).toBe(kid);
    // The first one counts by the pin alone, so the log has nothing to retire.
    expect([door.entered, statesOf(anchor.entityId, 'federation')]).toEqual([
      ['key_announced', 'key_activated'],
      [[kid, 'active']],
    ]);
    const { kid: third } = await keys.rotate('anchor', 'federation', NOW_S);
    await step(federation);
    await step(federation);
    expect(statesOf(anchor.entityId, 'federation')).toEqual([
      [kid, 'retired'],
      [third, 'active'],
    ]);
  });
});

test("the anchor's key that took a revoked one's place is never in the log, and every chain breaks", async () => {
  const { kid } = federation.ring.signer;
  await keys.revoke('anchor', 'federation', { kid, nowS: NOW_S, reason: 'compromised' });
  await federation.ring.refresh(NOW_S);
  const next = federation.ring.signer.kid;
  expect(next).not.toBe(kid);
  expect(isWaitingForLog(door, federation)).toBe(true);
  await step(federation);
  expect([door.entered, statesOf(anchor.entityId, 'federation')]).toEqual([
    ['key_announced', 'key_activated'],
    [[next, 'active']],
  ]);
  expect(isWaitingForLog(door, federation)).toBe(false);
});

test('a key counts for another use, another entity, or before the log activates it', async () => {
  await enrol();
  const { kid } = registry.actor.publicJwk;
  expect(isActiveInLog(door, PROVINCE, 'registry', kid)).toBe(true);
  expect(isActiveInLog(door, PROVINCE, 'federation', kid)).toBe(false);
  expect(isActiveInLog(door, anchor.entityId, 'registry', kid)).toBe(false);
  expect(isActiveInLog(door, 'constructor', 'registry', kid)).toBe(false);
  await keys.announce('province', 'registry', NOW_S);
  await registry.ring.refresh(NOW_S);
  const next = registry.ring.lives.find(({ state }) => state === 'announced')?.jwk ?? { kid: '' };
  await expect(step(registry)).resolves.toBe(undefined);
  expect(isActiveInLog(door, PROVINCE, 'registry', next.kid)).toBe(true);
});
