import { beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '../keys/actor.ts';
import { fold } from './fold.ts';
import {
  admission,
  admittedWorld,
  configuration,
  federationKey,
  GATEWAY,
  nextKey,
} from './fold-subordinates.fixture.ts';
import { actors, NOW_S, SM2_KEY, type World } from './registry.fixture.ts';

const { anchor, henan } = actors;

let world: World;
beforeAll(async () => {
  world = await admittedWorld();
});

describe('new keys of a subordinate', () => {
  const change = async (configured: string, keys = [federationKey, nextKey], actor = henan) =>
    await world.fork().try(actor, 'subordinate_keys_changed', {
      entity_id: GATEWAY,
      jwks: { keys: keys.map(({ publicJwk }) => publicJwk) },
      configuration: configured,
    });

  test('are not taken although a key from before signed for them', async () => {
    expect(await change(await configuration())).toBe(null);
  });

  test('are those of a configuration that is older than the one before', async () => {
    const later = world.fork();
    const taken = async (iat: number, keys: Actor[]) =>
      await later.take(
        await later.sign(henan, 'subordinate_keys_changed', {
          entity_id: GATEWAY,
          jwks: { keys: keys.map(({ publicJwk }) => publicJwk) },
          configuration: await configuration(federationKey, keys, GATEWAY, iat),
        }),
      );
    expect(await taken(NOW_S - 60, [federationKey, nextKey])).toBe(null);
    const both = [federationKey.publicJwk, nextKey.publicJwk];
    const kept = { kind: 'gateway', superior: henan.entityId, configured_s: NOW_S - 60, jwks: both };
    expect(later.state.subordinates.get(GATEWAY)).toMatchObject(kept);
    const refused = { rejected: 'keys_not_handed_over', detail: 'newer keys were taken' };
    expect(await taken(NOW_S - 61, [federationKey])).toEqual(refused);
    expect(await taken(NOW_S - 60, [federationKey])).toBe(null);
  });

  test('are those that were given up before, although those in use sign for them', async () => {
    const later = world.fork();
    const taken = async (signer: Actor, keys: Actor[]) =>
      await later.try(henan, 'subordinate_keys_changed', {
        entity_id: GATEWAY,
        jwks: { keys: keys.map(({ publicJwk }) => publicJwk) },
        configuration: await configuration(signer, keys),
      });
    expect(await taken(federationKey, [federationKey, nextKey])).toBe(null);
    expect(await taken(nextKey, [nextKey])).toBe(null);
    expect(await taken(nextKey, [nextKey, federationKey])).toBe('key_reused');
    expect(later.state.subordinates.get(GATEWAY)?.given_up).toEqual([federationKey.publicJwk]);
    await later.do(henan, 'subordinate_removed', { entity_id: GATEWAY });
    expect(await later.try(henan, 'subordinate_admitted', admission(GATEWAY))).toBe('key_reused');
  });

  test('are taken for somebody who is not there any more, or never was', async () => {
    const later = world.fork();
    const jwks = { keys: [federationKey.publicJwk] };
    const said = await configuration(federationKey, [federationKey]);
    expect(await later.try(henan, 'subordinate_removed', { entity_id: GATEWAY })).toBe(null);
    const body = { entity_id: GATEWAY, jwks, configuration: said };
    expect(await later.try(henan, 'subordinate_keys_changed', body)).toBe('subordinate_unknown');
    const iss = henan.entityId;
    const { seq = 0, prev = null } = later.state.entities.get(iss) ?? {};
    const event = { kind: 'subordinate_keys_changed', iss, seq: seq + 1, prev, iat: NOW_S } as const;
    const nobody = { ...body, entity_id: 'https://nobody.example' };
    const outcome = fold(later.state, { event: { ...event, body: nobody }, kid: henan.signer.kid, hash: 'h' });
    expect(outcome).toEqual({ rejected: 'subordinate_unknown' });
  });

  test('are no keys that everybody can verify with', async () => {
    const keys = [federationKey, { ...nextKey, publicJwk: SM2_KEY }];
    expect(await change(await configuration(federationKey, keys), keys)).toBe('key_unsuited');
  });

  test.each([
    ['nobody from before signed for them', () => configuration(nextKey)],
    ['the configuration does not list them', () => configuration(federationKey, [federationKey])],
    ['the configuration is of another entity', () => configuration(federationKey, undefined, 'https://other.example')],
    ['the configuration is none', async () => 'none'],
  ])('are taken although %s', async (_what, configured) => {
    expect(await change(await configured())).toBe('keys_not_handed_over');
  });

  test('are taken from somebody who is not the superior', async () => {
    expect(await change(await configuration(), undefined, anchor)).toBe('role_not_entitled');
  });
});
