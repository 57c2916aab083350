import { beforeEach, describe, expect, test } from 'vitest';
import { publishedKeysOf } from '../registry/fold-published-keys.ts';
import { actors, NOW_S, type World } from '../registry/registry.fixture.ts';
import { configure, makeKey, makeParty } from '../trust/federation.fixture.ts';
import type { PublicJwk } from '../trust/public-key.ts';
import type { JsonObject } from '../trust/strict-json.ts';
import { RECOGNITION_GATEWAY, STATUS_ISSUER } from '../trust/trust-bundle.ts';
import { admittedWorld, doorInto, GATEWAY_ID, keptLog, type WatchedDoor } from './authority.fixture.ts';
import { SubordinateRefresh } from './refresh.ts';

const { henan } = actors;
const province = await makeParty(henan.entityId);
const gateway = await makeParty(GATEWAY_ID, 'federation');
const one = (await makeKey('one')).jwk;
const two = (await makeKey('two')).jwk;
const CHANGED = 'subordinate_keys_changed';

let world: World;
let door: WatchedDoor;
let refresh: SubordinateRefresh;

beforeEach(async () => {
  world = await admittedWorld([province.jwk], [gateway.jwk]);
  door = doorInto(world);
  refresh = new SubordinateRefresh({
    door,
    superiors: new Map([[henan.entityId, henan]]),
    fetchConfiguration: async () => null,
    nowS: () => NOW_S,
    log: keptLog().log,
  });
});

/** Takes what the gateway says that it signs with; true where the log changes. */
async function take(keys: readonly PublicJwk[], more: JsonObject = {}, type = RECOGNITION_GATEWAY): Promise<boolean> {
  const metadata = { [type]: { province: '410000', jwks: { keys } } };
  return await refresh.take(await configure(gateway, { authority_hints: [henan.entityId], metadata, ...more }));
}

const counting = () =>
  publishedKeysOf(world.state.subordinates.get(GATEWAY_ID)?.published ?? []).flatMap(({ kid, exp }) =>
    exp !== undefined && exp <= NOW_S ? [] : [kid],
  );

describe('what a subordinate signs with', () => {
  test('is not taken, or makes an event at each look', async () => {
    expect([await take([one]), counting()]).toEqual([true, ['one']]);
    expect([await take([one, two]), counting()]).toEqual([true, ['one', 'two']]);
    expect(await take([two, one])).toBe(false);
    expect(door.entered).toEqual([CHANGED, CHANGED]);
  });

  test('keeps the end that it had, or counts once it is revoked or gone', async () => {
    await take([one, two]);
    expect(await take([{ ...one, exp: NOW_S + 60 }, two])).toBe(true);
    expect(world.state.subordinates.get(GATEWAY_ID)?.published[0]?.ends_s).toBe(NOW_S + 60);
    expect([await take([{ ...one, revoked: { revoked_at: NOW_S } }, two]), counting()]).toEqual([true, ['two']]);
    expect([await take([{ ...two, revoked: { revoked_at: NOW_S } }]), counting()]).toEqual([true, []]);
  });

  test('that is over keeps a new key from being taken, or comes back', async () => {
    await take([one]);
    await take([two]);
    const three = (await makeKey('three')).jwk;
    expect([await take([one, two, three]), counting()]).toEqual([true, ['two', 'three']]);
    // Nor does one that ends now.
    expect(await take([two, three, { ...(await makeKey('four')).jwk, exp: NOW_S }])).toBe(false);
  });

  test('is given up where the entity says nothing of it, or it is under another type', async () => {
    await take([one]);
    expect(await refresh.take(await configure(gateway, { authority_hints: [henan.entityId] }))).toBe(false);
    expect(await take([two], {}, STATUS_ISSUER)).toBe(false);
    expect(counting()).toEqual(['one']);
  });

  test('changes with the federation keys, and one of the two is lost', async () => {
    const next = (await makeKey('next')).jwk;
    expect(await take([one], { jwks: { keys: [gateway.jwk, next] } })).toBe(true);
    expect(world.state.subordinates.get(GATEWAY_ID)?.jwks.map(({ kid }) => kid)).toEqual(['federation', 'next']);
    expect([counting(), door.entered]).toEqual([['one'], [CHANGED]]);
  });

  test('is taken from somebody who has no federation key of the entity', async () => {
    const metadata = { [RECOGNITION_GATEWAY]: { jwks: { keys: [one] } } };
    const forged = await configure(gateway, { metadata }, (await makeKey('federation')).signer);
    await expect(refresh.take(forged)).rejects.toMatchObject({ code: 'request_refused' });
    expect(counting()).toEqual([]);
  });
});
