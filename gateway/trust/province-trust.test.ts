import { beforeEach, describe, expect, test } from 'vitest';
import { makeWorld, type World } from './attestation.fixture.ts';
import { EntityResolver } from './entity-resolver.ts';
import { anchorOf, configure, makeKey, makeParty, NOW_S, naming, state } from './federation.fixture.ts';
import { type LoggedEntities, ProvinceTrust } from './province-trust.ts';
import { ASSIGNMENT_AGENCY, STATUS_ISSUER } from './trust-bundle.ts';

const PROVINCE = '410000';
const [node, agency] = [await makeParty('https://issuer.example'), await makeParty('https://agency.example')];
const [one, two] = [(await makeKey('one')).jwk, (await makeKey('two')).jwk];

let world: World;
let entities: LoggedEntities['entities'];
let published: { readonly jwk: { readonly kid: string }; readonly ended_s: number | null }[];
let trust: ProvinceTrust;

beforeEach(async () => {
  world = await makeWorld();
  entities = new Map();
  published = [
    { jwk: one, ended_s: null },
    { jwk: two, ended_s: null },
  ];
  const { province, anchor, chains } = world;
  const [, above = ''] = chains.get(province.entityId) ?? [];
  chains.set(node.entityId, [
    await configure(node, {
      authority_hints: [province.entityId],
      metadata: { [STATUS_ISSUER]: { province: PROVINCE } },
    }),
    await state(province, node, naming(STATUS_ISSUER, { ...one, exp: NOW_S + 60 }, two)),
    above,
  ]);
  chains.set(agency.entityId, [
    await configure(agency, {
      authority_hints: [province.entityId],
      metadata: { [ASSIGNMENT_AGENCY]: { province: PROVINCE, level: 'county', role: 'cdc' } },
    }),
    await state(province, agency, naming(ASSIGNMENT_AGENCY, one)),
    above,
  ]);
  trust = new ProvinceTrust({
    resolver: new EntityResolver({
      anchor: () => anchorOf(anchor),
      chainOf: async (id) => chains.get(id) ?? [],
      nowS: () => NOW_S,
      isVouchedFor: () => true,
    }),
    directory: {
      entityIds: () => [province.entityId],
      entityIdOf: () => province.entityId,
      provinceOf: () => PROVINCE,
    },
    folded: () => ({
      entities,
      subordinates: new Map([
        [node.entityId, record(node.entityId, 'issuer')],
        [agency.entityId, record(agency.entityId, 'agency')],
      ]),
    }),
  });
});

const record = (entity_id: string, kind: string) => ({
  entity_id,
  superior: world.province.entityId,
  kind,
  state: 'admitted',
  published,
});

const endsOf = async () => (await trust.nodeKeys(node.entityId, PROVINCE)).jwks.keys.map(({ kid, exp }) => [kid, exp]);

describe('a key that the log has ended', () => {
  test('counts on by an earlier word of the superior of a node, or ends later than its owner says', async () => {
    expect(await endsOf()).toEqual([
      ['one', NOW_S + 60],
      ['two', undefined],
    ]);
    published = [
      { jwk: one, ended_s: NOW_S + 90 },
      { jwk: two, ended_s: NOW_S },
    ];
    expect(await endsOf()).toEqual([
      ['one', NOW_S + 60],
      ['two', NOW_S],
    ]);
  });

  test('counts on by an earlier word of the anchor about a province', async () => {
    const times = { announced_s: 0, retired_s: null, expires_s: null };
    const { jwk } = world.province.statements;
    const key = { use: 'statement', jwk, state: 'revoked', revoked_s: NOW_S, ...times } as const;
    entities = new Map([[world.province.entityId, { keys: [key] }]]);
    const { jwks } = await trust.issuerKeys(PROVINCE);
    expect(jwks.keys).toEqual([expect.objectContaining({ kid: jwk.kid, revoked: { revoked_at: NOW_S } })]);
  });

  test('counts on by an earlier word of its province about an agency', async () => {
    const keysOf = async () =>
      (await trust.agencies(PROVINCE)).map(({ keys }) => keys.map(({ kid, exp }) => [kid, exp]));
    expect(await keysOf()).toEqual([[['one', undefined]]]);
    published = [{ jwk: one, ended_s: NOW_S }];
    expect(await keysOf()).toEqual([[['one', NOW_S]]]);
  });

  test('makes another key set at each look, whose keys would be imported again', async () => {
    const setOf = async () => (await trust.nodeKeys(node.entityId, PROVINCE)).jwks;
    expect(await setOf()).toBe(await setOf());
    const before = await setOf();
    published = [{ jwk: two, ended_s: NOW_S }];
    expect(await setOf()).not.toBe(before);
    expect(await setOf()).toBe(await setOf());
  });
});
