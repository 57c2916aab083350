import { beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '../keys/actor.ts';
import { admittedServers } from './admitted-servers.ts';
import { documentOf, foldDocumentSchema, stateOf } from './fold-state.ts';
import {
  type Admission,
  admission,
  admittedWorld,
  configuration,
  federationKey,
  GATEWAY,
  nextKey,
  provinceOf,
} from './fold-subordinates.fixture.ts';
import { isAdmitted, issuerFor, issuesFor } from './fold-subordinates.ts';
import { actors, NAME, OFF_CURVE_KEY, SM2_KEY, type World } from './registry.fixture.ts';

const { anchor, henan, shanghai, first, stranger } = actors;

let world: World;
beforeAll(async () => {
  world = await admittedWorld();
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
    const admitted = world.fork();
    expect(await admitted.try(anchor, 'subordinate_admitted', provinceOf(shanghai.entityId, '310000'))).toBe(null);
    expect(admitted.state.subordinates.get(shanghai.entityId)).toMatchObject({ kind: 'province', province: '310000' });
  });

  test.each([
    ['key_unsuited', [federationKey.publicJwk, SM2_KEY]],
    ['key_invalid', [federationKey.publicJwk, OFF_CURVE_KEY]],
    ['key_reused', [federationKey.publicJwk, { ...federationKey.publicJwk, kid: 'again' }]],
    ['key_reused', [federationKey.publicJwk, { ...nextKey.publicJwk, kid: federationKey.publicJwk.kid }]],
  ] as const)('a bad key comes in beside a good one: %s', async (code, keys) => {
    const body = admission('https://g.example', { jwks: { keys: [...keys] } });
    expect(await world.fork().try(henan, 'subordinate_admitted', body)).toBe(code);
  });

  test('the anchor admits what only a province can have', async () => {
    for (const body of [
      admission('https://g.example', { kind: 'issuer' }),
      admission('https://g.example', { kind: 'agency', level: 'county', role: 'cdc' }),
    ]) {
      expect(await world.fork().try(anchor, 'subordinate_admitted', body)).toBe('role_not_entitled');
    }
  });

  test('an issuer is found that is none, that is gone or that is another province’s, or the first one is not', async () => {
    const later = world.fork();
    const found = () => [issuerFor(later.state, '410000'), issuerFor(later.state, '310000')];
    expect(found()).toEqual([null, null]);
    const issuers = ['https://one.example', 'https://two.example'];
    for (const id of issuers) await later.do(henan, 'subordinate_admitted', admission(id, { kind: 'issuer' }));
    expect(found()).toEqual(['https://one.example', null]);
    expect([...issuers, GATEWAY].map((id) => issuesFor(later.state, id))).toEqual(['410000', '410000', null]);
    await later.do(henan, 'subordinate_removed', { entity_id: 'https://one.example' });
    expect(found()).toEqual(['https://two.example', null]);
    expect(issuesFor(later.state, 'https://one.example')).toBe(null);
  });

  test('a province admits a province, or somebody admits the anchor', async () => {
    const below = provinceOf(shanghai.entityId, '310000');
    expect(await world.fork().try(henan, 'subordinate_admitted', below)).toBe('role_not_entitled');
    expect(await world.fork().try(henan, 'subordinate_admitted', admission(anchor.entityId))).toBe(
      'subordinate_exists',
    );
  });

  test('what an entity is gets lost', async () => {
    const later = world.fork();
    const venues = { venue_kinds: ['hospital' as const], regions: ['41'] };
    const [NOBODYS, ALL] = [
      { level: null, role: null },
      { venue_kinds: null, regions: null },
    ];
    for (const [kind, more, kept] of [
      ['issuer', {}, { ...NOBODYS, ...ALL }],
      ['agency', { level: 'county', role: 'cdc' }, { level: 'county', role: 'cdc', ...ALL }],
      ['authorization_server', venues, { ...NOBODYS, ...venues }],
    ] as const) {
      const id = `https://${kind.replace('_', '-')}.example`;
      expect(await later.try(henan, 'subordinate_admitted', admission(id, { kind, ...more }))).toBe(null);
      expect(later.state.subordinates.get(id)).toMatchObject({ kind, ...kept, province: '410000', name: NAME });
    }
    expect(later.state.subordinates.get(henan.entityId)).toMatchObject({ kind: 'province', province: '410000' });
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
    const half = admission(GATEWAY, { jwks: { keys: [nextKey.publicJwk, federationKey.publicJwk] } });
    expect(await later.try(henan, 'subordinate_admitted', half)).toBe('key_reused');
    const fresh = admission(GATEWAY, { jwks: { keys: [nextKey.publicJwk] } });
    expect(await later.try(henan, 'subordinate_admitted', fresh)).toBe(null);
    // Nor with those of the time before the last.
    await later.do(henan, 'subordinate_removed', { entity_id: GATEWAY });
    expect(await later.try(henan, 'subordinate_admitted', admission(GATEWAY))).toBe('key_reused');
  });

  test('a province that is enrolled again finds its old federation key at work, and its gateway with it', async () => {
    const later = world.fork();
    await later.do(anchor, 'entity_removed', { entity_id: henan.entityId });
    await later.enrol({ ...stranger, entityId: henan.entityId }, 'province', '410000');
    expect([henan.entityId, GATEWAY].map((id) => isAdmitted(later.state, id))).toEqual([false, false]);
    const again = provinceOf(henan.entityId, '410000');
    const taken = {
      entity_id: henan.entityId,
      jwks: again.jwks,
      configuration: await configuration(federationKey, [federationKey], henan.entityId),
    };
    expect(await later.try(anchor, 'subordinate_keys_changed', taken)).toBe('subordinate_unknown');
    expect(await later.try(anchor, 'subordinate_admitted', again)).toBe('key_reused');
    const fresh = { ...again, jwks: { keys: [nextKey.publicJwk] } };
    expect(await later.try(anchor, 'subordinate_admitted', fresh)).toBe(null);
    expect([henan.entityId, GATEWAY].map((id) => isAdmitted(later.state, id))).toEqual([true, true]);
    expect(await later.try(anchor, 'subordinate_admitted', fresh)).toBe('subordinate_exists');
  });

  test('another province removes a gateway, or the anchor cannot', async () => {
    const other = world.fork();
    await other.try(anchor, 'subordinate_admitted', provinceOf(shanghai.entityId, '310000'));
    expect(await other.try(shanghai, 'subordinate_removed', { entity_id: GATEWAY })).toBe('role_not_entitled');
    expect(await other.try(anchor, 'subordinate_removed', { entity_id: GATEWAY })).toBe(null);
    expect(await other.try(henan, 'subordinate_removed', { entity_id: GATEWAY })).toBe('subordinate_unknown');
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
