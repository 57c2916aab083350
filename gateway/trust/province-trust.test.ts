import { beforeEach, describe, expect, test } from 'vitest';
import { makeWorld, type World } from './attestation.fixture.ts';
import { EntityResolver } from './entity-resolver.ts';
import { anchorOf, configure, makeKey, makeParty, NOW_S, naming, state } from './federation.fixture.ts';
import { type LoggedEntities, ProvinceTrust } from './province-trust.ts';
import { ASSIGNMENT_AGENCY, STATUS_ISSUER } from './trust-bundle.ts';
import { TrustError } from './trust-error.ts';

const PROVINCE = '410000';
const node = await makeParty('https://issuer.example');
const [office, away] = [await makeParty('https://office.example'), 'https://away.example'];
const [one, two] = [(await makeKey('one')).jwk, (await makeKey('two')).jwk];

let world: World;
let entities: LoggedEntities['entities'];
/** Who is below the province, each with its kind. */
let below: [entityId: string, kind: string][];
let published: { readonly jwk: { readonly kid: string }; readonly ended_s: number | null }[];
let trust: ProvinceTrust;

beforeEach(async () => {
  world = await makeWorld();
  entities = new Map();
  below = [[node.entityId, 'issuer']];
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
  trust = new ProvinceTrust({
    resolver: new EntityResolver({
      anchor: () => anchorOf(anchor),
      chainOf: async (id) => {
        if (id === away) throw new TrustError('fetch_failed', 'its host is away');
        return chains.get(id) ?? [];
      },
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
      subordinates: new Map(
        below.map(([entity_id, kind]) => [
          entity_id,
          {
            entity_id,
            superior: province.entityId,
            kind,
            state: 'admitted',
            level: 'county' as const,
            role: 'county_office' as const,
            published,
          },
        ]),
      ),
    }),
  });
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

  test('makes another key set at each look, whose keys would be imported again', async () => {
    const setOf = async () => (await trust.nodeKeys(node.entityId, PROVINCE)).jwks;
    expect(await setOf()).toBe(await setOf());
    const before = await setOf();
    published = [{ jwk: two, ended_s: NOW_S }];
    expect(await setOf()).not.toBe(before);
    expect(await setOf()).toBe(await setOf());
  });
});

describe('agencies of a province', () => {
  beforeEach(async () => {
    const { province, chains } = world;
    const [, above = ''] = chains.get(province.entityId) ?? [];
    const about = { province: PROVINCE, level: 'county', role: 'county_office' };
    chains.set(office.entityId, [
      await configure(office, {
        authority_hints: [province.entityId],
        metadata: { [ASSIGNMENT_AGENCY]: about },
      }),
      await state(province, office, naming(ASSIGNMENT_AGENCY, one, two)),
      above,
    ]);
    below = [[office.entityId, 'agency']];
  });

  test('sign with a key that the log has ended', async () => {
    published = [
      { jwk: one, ended_s: NOW_S },
      { jwk: two, ended_s: null },
    ];
    const { agencies } = await trust.agencies(PROVINCE);
    expect(agencies.map(({ keys }) => keys.map(({ kid, exp }) => [kid, exp]))).toEqual([
      [
        ['one', NOW_S],
        ['two', undefined],
      ],
    ]);
  });

  test('are told for all of them while one cannot be asked, or that one is no agency takes the others away', async () => {
    const seen = async () => {
      const { agencies, outOfReach } = await trust.agencies(PROVINCE);
      return [agencies.map(({ entityId }) => entityId), outOfReach];
    };
    expect(await seen()).toEqual([[office.entityId], []]);
    below = [...below, [away, 'agency']];
    const part = { level: 'county', role: 'county_office' };
    expect(await seen()).toEqual([[office.entityId], [{ ...part, kids: new Set(['one', 'two']) }]]);
    published = [];
    expect(await seen()).toEqual([[office.entityId], [{ ...part, kids: null }]]);
    below = [
      [office.entityId, 'agency'],
      [node.entityId, 'agency'],
    ];
    expect(await seen()).toEqual([[office.entityId], []]);
  });

  test('are read, and their keys imported, anew at each scan while nothing has changed', async () => {
    const first = async () => (await trust.agencies(PROVINCE)).agencies[0];
    expect(await first()).toBe(await first());
    published = [{ jwk: one, ended_s: NOW_S }];
    const [before, now] = [await first(), await first()];
    expect(before?.keys[0]).toMatchObject({ kid: 'one', exp: NOW_S });
    expect(now?.keys).toBe(before?.keys);
  });
});
