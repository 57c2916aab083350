import { beforeAll, describe, expect, test } from 'vitest';
import type { RegistryEventBody } from '../../schemas/registry-event.ts';
import type { Actor } from '../keys/actor.ts';
import { signEntityStatement } from '../trust/entity-statement.ts';
import { admittedServers } from './admitted-servers.ts';
import { documentOf, foldDocumentSchema, stateOf } from './fold-state.ts';
import { isAdmitted } from './fold-subordinates.ts';
import { actors, enrolledWorld, makeActor, NAME, NOW_S, type World } from './registry.fixture.ts';

const { anchor, henan, shanghai, first, stranger } = actors;
const GATEWAY = 'https://gateway.henan.example';
type Admission = RegistryEventBody<'subordinate_admitted'>;

let world: World;
const federationKey = await makeActor('federation-key');
const nextKey = await makeActor('next-key');

function admission(entity_id: string, more: Partial<Admission> = {}): Admission {
  return { entity_id, kind: 'gateway', name: NAME, jwks: { keys: [federationKey.publicJwk] }, ...more };
}

const provinceOf = (entity_id: string, province: '410000' | '310000') =>
  admission(entity_id, { kind: 'province', province });

/** A configuration that lists `keys`, signed with the first of `signedWith`. */
async function configuration(signer = federationKey, keys = [federationKey, nextKey], entityId = GATEWAY) {
  return await signEntityStatement(
    {
      iss: entityId,
      sub: entityId,
      iat: NOW_S,
      exp: NOW_S + 3600,
      jwks: { keys: keys.map(({ publicJwk }) => publicJwk) },
      metadata: { federation_entity: {} },
      authority_hints: [henan.entityId],
    },
    signer.signer,
  );
}

beforeAll(async () => {
  world = await enrolledWorld();
  expect(await world.try(anchor, 'subordinate_admitted', provinceOf(henan.entityId, '410000'))).toBe(null);
  expect(await world.try(henan, 'subordinate_admitted', admission(GATEWAY))).toBe(null);
});

describe('admissions', () => {
  test('a gateway belongs to no province', () => {
    expect(world.state.subordinates.get(GATEWAY)).toMatchObject({ superior: henan.entityId, province: '410000' });
    expect(isAdmitted(world.state, GATEWAY)).toBe(true);
  });

  test.each([
    ['an operator', first, 'role_not_entitled'],
    ['a stranger', stranger, 'signer_unknown'],
    ['a province that the anchor has not admitted', shanghai, 'role_not_entitled'],
    ['the anchor, for a gateway that belongs to no province', anchor, 'role_not_entitled'],
  ] as const)('%s admits a gateway', async (_who, actor, code) => {
    expect(await world.fork().try(actor, 'subordinate_admitted', admission('https://other.example'))).toBe(code);
  });

  test.each([
    ['a gateway says which province it is', admission('https://g.example', { province: '310000' })],
    ['an agency has no level', admission('https://g.example', { kind: 'agency' })],
    ['a gateway has a level', admission('https://g.example', { level: 'county' })],
  ] as const)('%s', async (_what, body) => {
    expect(await world.fork().try(henan, 'subordinate_admitted', body)).toBe('subordinate_invalid');
  });

  test('a province is admitted as another one, or without being enrolled', async () => {
    const as = (id: string, province: '410000' | '310000') =>
      world.fork().try(anchor, 'subordinate_admitted', provinceOf(id, province));
    expect(await as(shanghai.entityId, '410000')).toBe('subordinate_invalid');
    expect(await as('https://nobody.example', '310000')).toBe('subordinate_invalid');
    expect(await as(shanghai.entityId, '310000')).toBe(null);
  });

  test('an entity has two superiors', async () => {
    const both = world.fork();
    await both.try(anchor, 'subordinate_admitted', provinceOf(shanghai.entityId, '310000'));
    expect(await both.try(shanghai, 'subordinate_admitted', admission(GATEWAY))).toBe('subordinate_exists');
  });

  test('an entity that was removed comes back with the keys that it had', async () => {
    const later = world.fork();
    expect(await later.try(henan, 'subordinate_removed', { entity_id: GATEWAY })).toBe(null);
    expect(isAdmitted(later.state, GATEWAY)).toBe(false);
    expect(await later.try(henan, 'subordinate_admitted', admission(GATEWAY))).toBe('key_reused');
    const fresh = admission(GATEWAY, { jwks: { keys: [nextKey.publicJwk] } });
    expect(await later.try(henan, 'subordinate_admitted', fresh)).toBe(null);
  });

  test('another province removes a gateway, or the anchor cannot', async () => {
    const other = world.fork();
    await other.try(anchor, 'subordinate_admitted', provinceOf(shanghai.entityId, '310000'));
    expect(await other.try(shanghai, 'subordinate_removed', { entity_id: GATEWAY })).toBe('role_not_entitled');
    expect(await other.try(anchor, 'subordinate_removed', { entity_id: GATEWAY })).toBe(null);
  });

  test('somebody is removed who is not there', async () => {
    const unknown = { entity_id: 'https://nobody.example' };
    expect(await world.fork().try(henan, 'subordinate_removed', unknown)).toBe('subordinate_unknown');
  });

  test('what stands below a removed province is still vouched for', async () => {
    const byAdmission = world.fork();
    await byAdmission.try(anchor, 'subordinate_removed', { entity_id: henan.entityId });
    expect(isAdmitted(byAdmission.state, GATEWAY)).toBe(false);
    const byEnrolment = world.fork();
    await byEnrolment.try(anchor, 'entity_removed', { entity_id: henan.entityId });
    expect(isAdmitted(byEnrolment.state, GATEWAY)).toBe(false);
  });

  test('are lost on the way to a snapshot and back', () => {
    const document: unknown = JSON.parse(JSON.stringify(documentOf(world.state)));
    expect(stateOf(foldDocumentSchema.parse(document))).toEqual(world.state);
  });
});

describe("a venues' authorization server", () => {
  const SERVER = 'https://venues.henan.example';
  const venues = { venue_kinds: ['hospital' as const], regions: ['41'] };
  const server = (more: Partial<Admission> = {}) =>
    admission(SERVER, { kind: 'authorization_server', ...venues, ...more });
  const change = (more: object = {}) => ({
    entity_id: SERVER,
    venue_kinds: ['school' as const],
    regions: ['4101'],
    ...more,
  });
  const admitted = async () => {
    const later = world.fork();
    expect(await later.try(henan, 'subordinate_admitted', server())).toBe(null);
    return later;
  };

  test('is admitted without a word about its venues, or with another entity’s', async () => {
    const { venue_kinds, regions } = venues;
    const bare = admission(SERVER, { kind: 'authorization_server' });
    const refused: Admission[] = [
      bare,
      { ...bare, venue_kinds },
      { ...bare, regions },
      server({ level: 'county', role: 'cdc' }),
      server({ province: '410000' }),
      admission(SERVER, venues),
    ];
    for (const body of refused) {
      expect(await world.fork().try(henan, 'subordinate_admitted', body)).toBe('subordinate_invalid');
    }
  });

  test('is admitted for venues of another province, or by the anchor', async () => {
    const elsewhere = server({ regions: ['41', '3101'] });
    expect(await world.fork().try(henan, 'subordinate_admitted', elsewhere)).toBe('subordinate_invalid');
    expect(await world.fork().try(anchor, 'subordinate_admitted', server())).toBe('role_not_entitled');
  });

  test('belongs to no province, or to one that is gone', async () => {
    const later = await admitted();
    const servers = () => admittedServers(() => later.state);
    expect([servers().provinceOf(SERVER), servers().of('410000'), servers().of('310000')]).toEqual([
      '410000',
      [SERVER],
      [],
    ]);
    expect(servers().provinceOf(GATEWAY)).toBe(null);
    await later.try(anchor, 'subordinate_removed', { entity_id: henan.entityId });
    expect([servers().provinceOf(SERVER), servers().of('410000')]).toEqual([null, []]);
  });

  test('is still listed by who looked before it was removed', async () => {
    const later = await admitted();
    const servers = admittedServers(() => later.state);
    expect(servers.of('410000')).toEqual([SERVER]);
    await later.try(henan, 'subordinate_removed', { entity_id: SERVER });
    expect([servers.provinceOf(SERVER), servers.of('410000')]).toEqual([null, []]);
  });

  test('vouches for other venues from somebody else’s word, or for those of another province', async () => {
    const later = await admitted();
    const changed = (actor: Actor, body: ReturnType<typeof change>) =>
      later.fork().try(actor, 'subordinate_venues_changed', body);
    expect(await changed(anchor, change())).toBe('role_not_entitled');
    expect(await changed(henan, change({ regions: ['31'] }))).toBe('subordinate_invalid');
    expect(await changed(henan, change({ entity_id: GATEWAY }))).toBe('subordinate_invalid');
    expect(await changed(henan, change({ entity_id: 'https://nobody.example' }))).toBe('subordinate_unknown');
    expect(await later.try(henan, 'subordinate_venues_changed', change())).toBe(null);
    expect(later.state.subordinates.get(SERVER)).toMatchObject({ venue_kinds: ['school'], regions: ['4101'] });
    await later.try(henan, 'subordinate_removed', { entity_id: SERVER });
    expect(await changed(henan, change())).toBe('subordinate_unknown');
  });
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
