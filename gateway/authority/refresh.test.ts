import { beforeEach, describe, expect, test } from 'vitest';
import { actors, enrolledWorld, NAME, NOW_S, type World } from '../registry/registry.fixture.ts';
import { RegistryError } from '../registry/registry-error.ts';
import { configure, makeParty, type Party } from '../trust/federation.fixture.ts';
import type { PublicJwk } from '../trust/public-key.ts';
import { admissibleKeys } from './admissible-keys.ts';
import { admittedWorld, doorInto, GATEWAY_ID, keptLog, type WatchedDoor } from './authority.fixture.ts';
import { SubordinateRefresh } from './refresh.ts';

const { henan, anchor } = actors;
const province = await makeParty(henan.entityId);
const first = await makeParty(GATEWAY_ID, 'first');
const next = await makeParty(GATEWAY_ID, 'next');
const third = await makeParty(GATEWAY_ID, 'third');
const CHANGED = 'subordinate_keys_changed';

let world: World;
let door: WatchedDoor;
let refresh: SubordinateRefresh;
let configurations: Map<string, string | Error>;

beforeEach(async () => {
  world = await admittedWorld([province.jwk], [first.jwk]);
  door = doorInto(world);
  configurations = new Map();
  refresh = refreshFor([henan]);
});

function refreshFor(superiors: readonly (typeof henan)[], log = keptLog().log): SubordinateRefresh {
  return new SubordinateRefresh({
    door,
    superiors: new Map(superiors.map((actor) => [actor.entityId, actor])),
    fetchConfiguration: async (entityId) => {
      const shown = configurations.get(entityId) ?? null;
      if (shown instanceof Error) throw shown;
      return shown;
    },
    nowS: () => NOW_S,
    log,
  });
}

/** A gateway's configuration that lists keys, signed with the one of `by`. */
function shown(by: Party, keys: readonly PublicJwk[], claims: object = {}): Promise<string> {
  return configure(by, { jwks: { keys }, authority_hints: [henan.entityId], ...claims });
}

const kids = () => world.state.subordinates.get(GATEWAY_ID)?.jwks.map(({ kid }) => kid);
const refused = { code: 'request_refused' };

describe('new keys of a subordinate', () => {
  test('are not taken although an old one signed for them', async () => {
    expect(await refresh.take(await shown(first, [first.jwk, next.jwk]))).toBe(true);
    expect([kids(), door.entered]).toEqual([['first', 'next'], [CHANGED]]);
  });

  test.each([
    ['a key that nobody knows signed', () => shown(next, [first.jwk, next.jwk])],
    ['they have expired', () => shown(first, [first.jwk, next.jwk], { exp: NOW_S })],
    ['they are from the future', () => shown(first, [first.jwk, next.jwk], { iat: NOW_S + 3600, exp: NOW_S + 7200 })],
    ['the key that signed is not among them', () => shown(first, [next.jwk])],
    ['they are an entity’s that nobody admitted', () => configure({ ...first, entityId: 'https://stranger.example' })],
    ['they are what every object inherits', async () => 'constructor'],
    ['there is nothing', async () => ''],
    [
      'the key that signed is revoked',
      () => shown(first, [{ ...first.jwk, revoked: { revoked_at: NOW_S } }, next.jwk]),
    ],
    ['all of them are revoked', () => shown(first, [{ ...first.jwk, revoked: { revoked_at: NOW_S } }])],
  ])('are taken although %s', async (_why, configuration) => {
    await expect(refresh.take(await configuration())).rejects.toMatchObject(refused);
    expect([kids(), door.entered]).toEqual([['first'], []]);
  });

  test('are taken where the superior is elsewhere', async () => {
    const elsewhere = refreshFor([anchor]);
    await expect(elsewhere.take(await shown(first, [first.jwk, next.jwk]))).rejects.toMatchObject(refused);
  });

  test('are taken of an entity that was removed', async () => {
    await world.do(henan, 'subordinate_removed', { entity_id: GATEWAY_ID });
    await expect(refresh.take(await shown(first, [first.jwk, next.jwk]))).rejects.toMatchObject(refused);
  });

  test('that the log has already make an event', async () => {
    expect(await refresh.take(await shown(first, [first.jwk]))).toBe(false);
    expect(door.entered).toEqual([]);
  });

  test('make two events when they are handed in twice at once', async () => {
    const configuration = await shown(first, [first.jwk, next.jwk]);
    const taken = await Promise.all([refresh.take(configuration), refresh.take(configuration)]);
    expect([taken.sort(), door.entered]).toEqual([[false, true], [CHANGED]]);
  });

  test('are lost behind one that was refused', async () => {
    const stranger = refresh.take(await shown(third, [third.jwk]));
    const honest = refresh.take(await shown(first, [first.jwk, next.jwk]));
    await expect(stranger).rejects.toMatchObject(refused);
    expect(await honest).toBe(true);
  });

  test('wait in line behind strangers', async () => {
    const isOpen = Promise.withResolvers<void>();
    const slow = { ...door, submit: () => isOpen.promise };
    const parts = { door: slow, superiors: new Map([[henan.entityId, henan]]), nowS: () => NOW_S, log: keptLog().log };
    const busy = new SubordinateRefresh({ ...parts, fetchConfiguration: async () => null });
    const under = busy.take(await shown(first, [first.jwk, next.jwk]));
    // Refused while the registry has yet to answer somebody else.
    await expect(busy.take(await shown(third, [third.jwk]))).rejects.toMatchObject(refused);
    isOpen.resolve();
    expect(await under).toBe(true);
  });

  test('are lost behind some that the registry did not take', async () => {
    let left = 1;
    const flaky: WatchedDoor = {
      ...door,
      submit: async (actor, event) => {
        left -= 1;
        if (left === 0) throw new RegistryError('registry_unavailable', 'away');
        await door.submit(actor, event);
      },
    };
    const parts = { superiors: new Map([[henan.entityId, henan]]), nowS: () => NOW_S, log: keptLog().log };
    const taking = new SubordinateRefresh({ ...parts, door: flaky, fetchConfiguration: async () => null });
    const shownTwice = [await shown(first, [first.jwk, next.jwk]), await shown(first, [first.jwk, third.jwk])];
    const [lost, taken] = shownTwice.map((configuration) => taking.take(configuration));
    await expect(lost).rejects.toMatchObject({ code: 'registry_unavailable' });
    expect([await taken, kids()]).toEqual([true, ['first', 'third']]);
  });

  test('that are revoked are taken along', async () => {
    await refresh.take(await shown(first, [first.jwk, next.jwk]));
    const revoked = { ...first.jwk, revoked: { revoked_at: NOW_S } };
    expect(await refresh.take(await shown(next, [revoked, next.jwk]))).toBe(true);
    expect(kids()).toEqual(['next']);
  });

  test('more than an event holds are refused, or make an event at each look', async () => {
    const more = await Promise.all(Array.from({ length: 9 }, (_, at) => makeParty(GATEWAY_ID, `more-${at}`)));
    const keys = [first.jwk, ...more.map(({ jwk }) => jwk)];
    expect(await refresh.take(await shown(first, keys))).toBe(true);
    expect(kids()).toEqual(keys.slice(-8).map(({ kid }) => kid));
    const [, , , signing = first] = more;
    expect(await refresh.take(await shown(signing, keys))).toBe(false);
    expect(door.entered).toEqual([CHANGED]);
  });

  test('are taken back by a configuration from before', async () => {
    const before = await shown(first, [first.jwk], { iat: NOW_S - 700 });
    await refresh.take(await shown(first, [first.jwk, next.jwk]));
    await expect(refresh.take(before)).rejects.toMatchObject(refused);
    expect(kids()).toEqual(['first', 'next']);
    // Nor by somebody who signs the event himself.
    const body = { entity_id: GATEWAY_ID, jwks: { keys: admissibleKeys([first.jwk]) }, configuration: before };
    expect(await world.try(henan, CHANGED, body)).toBe('keys_not_handed_over');
  });
});

describe('a look at every subordinate', () => {
  test('overlooks new keys, or takes those of another superior', async () => {
    const other = await makeParty(actors.shanghai.entityId);
    await world.do(actors.anchor, 'subordinate_admitted', {
      entity_id: other.entityId,
      kind: 'province',
      province: '310000',
      name: NAME,
      jwks: { keys: admissibleKeys([other.jwk]) },
    });
    const asked: string[] = [];
    configurations.set(GATEWAY_ID, await shown(first, [first.jwk, next.jwk]));
    const looking = new SubordinateRefresh({
      door,
      superiors: new Map([[henan.entityId, henan]]),
      fetchConfiguration: async (entityId) => {
        asked.push(entityId);
        return await shown(first, [first.jwk, next.jwk]);
      },
      nowS: () => NOW_S,
      log: keptLog().log,
    });
    await looking.poll();
    expect([kids(), asked, door.entered]).toEqual([['first', 'next'], [GATEWAY_ID], [CHANGED]]);
    await looking.poll();
    expect(door.entered).toEqual([CHANGED]);
  });

  test('ends at one that is away, or asks for one that was removed', async () => {
    const second = await makeParty('https://second.henan.example');
    const admission = { entity_id: second.entityId, kind: 'gateway' as const, name: NAME };
    await world.do(henan, 'subordinate_admitted', { ...admission, jwks: { keys: admissibleKeys([second.jwk]) } });
    configurations.set(GATEWAY_ID, new Error('away'));
    configurations.set(second.entityId, await configure(second, { jwks: { keys: [second.jwk, third.jwk] } }));
    const { log, lines } = keptLog();
    const looking = refreshFor([henan], log);
    await looking.poll();
    expect(world.state.subordinates.get(second.entityId)?.jwks.length).toBe(2);
    expect(lines).toEqual([expect.stringContaining('subordinate not refreshed')]);
    await world.do(henan, 'subordinate_removed', { entity_id: GATEWAY_ID });
    await looking.poll();
    expect(lines.length).toBe(1);
  });

  test('in an empty log is a fault', async () => {
    world = await enrolledWorld();
    door = doorInto(world);
    await refreshFor([henan]).poll();
    expect(door.entered).toEqual([]);
  });
});
