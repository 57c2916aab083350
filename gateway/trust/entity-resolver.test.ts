import { beforeEach, describe, expect, test } from 'vitest';
import { makeWorld, republish, type World } from './attestation.fixture.ts';
import { EntityResolver, MOST_FRESH_A_SECOND } from './entity-resolver.ts';
import { anchorOf, codeOf, configure, makeKey, makeParty, NOW_S, naming, state } from './federation.fixture.ts';
import { ASSIGNMENT_AGENCY, AUTHORIZATION_SERVER, STATUS_ISSUER } from './trust-bundle.ts';

let world: World;
let resolver: EntityResolver;
let atS: number;
let reads: number;
let isVouchedFor: boolean;
let readAhead: (string | null)[];

beforeEach(async () => {
  world = await makeWorld();
  atS = NOW_S;
  reads = 0;
  isVouchedFor = true;
  readAhead = [];
  resolver = new EntityResolver({
    isVouchedFor: () => isVouchedFor,
    onReadAhead: (_entityId, fault) => void readAhead.push(fault),
    anchor: () => anchorOf(world.anchor),
    nowS: () => atS,
    chainOf: async (id) => {
      reads += 1;
      return world.chains.get(id) ?? [];
    },
  });
});

const statementKids = async () =>
  (await resolver.statementKeys(world.province.entityId, '410000')).keys.map(({ kid }) => kid);

describe('what is kept of a chain', () => {
  test('is read again at every use, or outlives the chain', async () => {
    await statementKids();
    await statementKids();
    expect(reads).toBe(1);
    atS = NOW_S + 3600;
    expect(await codeOf(statementKids)).toBe('expired');
  });

  test('is read anew of all the country for one stranger, or of nobody afterwards', async () => {
    const many = Array.from({ length: MOST_FRESH_A_SECOND + 4 }, (_, at) => `https://gateway.example/${at}`);
    for (const entityId of many) {
      const one = { ...world.province, entityId };
      const configured = await configure(one, { authority_hints: [world.anchor.entityId] });
      world.chains.set(entityId, [configured, await state(world.anchor, one)]);
    }
    const askAboutAll = async () => {
      for (const entityId of many) expect(await resolver.freshStatements(entityId)).toHaveLength(2);
      return reads;
    };
    expect(await askAboutAll()).toBe(many.length);
    for (const readings of [1, 2]) {
      atS += 1;
      expect(await askAboutAll()).toBe(many.length + readings * MOST_FRESH_A_SECOND);
    }
  });

  test('counts on when the registry vouches for the entity no more', async () => {
    const { entityId } = world.province;
    await statementKids();
    expect(resolver.known(entityId)?.entityId).toBe(entityId);
    isVouchedFor = false;
    expect(resolver.known(entityId)).toBeNull();
    expect(await codeOf(statementKids)).toBe('not_admitted');
  });

  test('is known at once when it is over', async () => {
    await statementKids();
    atS = NOW_S + 3600;
    expect(resolver.known(world.province.entityId)).toBeNull();
  });

  test('is read only once it is over, so that a superior who is away just then stops every scan, or is away unseen', async () => {
    await statementKids();
    atS = NOW_S + 2000;
    const { chains } = world;
    const kept = new Map(chains);
    chains.clear();
    await statementKids();
    expect(reads).toBe(2);
    await expect.poll(statementKids).toEqual(['statements']);
    for (const [id, chain] of kept) chains.set(id, chain);
    atS = NOW_S + 3000;
    await statementKids();
    expect(reads).toBe(3);
    await expect.poll(() => readAhead).toEqual(['chain_broken', null]);
  });

  test('hides a rotation until the chain expires, or lets a stranger make us read without end', async () => {
    await statementKids();
    await republish(world, { statementKeys: [world.province.statements.jwk, (await makeKey('next')).jwk] });
    // Though the chain was read in this very second: a rotation does not wait for that to pass.
    await Promise.all([1, 2, 3].map(() => resolver.reread(world.province.entityId)));
    expect(await statementKids()).toEqual(['statements', 'next']);
    await resolver.reread(world.province.entityId);
    expect(reads).toBe(2);
    atS += 1;
    await resolver.reread(world.province.entityId);
    expect(reads).toBe(3);
  });

  test('is lost to an unknown kid while its superior is away, or who asked is not told', async () => {
    const again = () => resolver.reread(world.province.entityId);
    await statementKids();
    world.chains.clear();
    atS += 1;
    const codes = Promise.all([codeOf(again), codeOf(again)]);
    expect(await statementKids()).toEqual(['statements']);
    expect(await codes).toEqual(['chain_broken', 'chain_broken']);
    expect(await codeOf(again)).toBe('chain_broken');
    expect([await statementKids(), reads]).toEqual([['statements'], 2]);
    atS = NOW_S + 3600;
    expect(await codeOf(statementKids)).toBe('chain_broken');
  });

  test('outlives a change that was heard of while it was read for an unknown kid', async () => {
    await statementKids();
    atS += 1;
    const reading = resolver.reread(world.province.entityId);
    resolver.forget(world.province.entityId);
    await reading;
    await statementKids();
    expect(reads).toBe(3);
  });

  test("survives a change of the entity's own key or of its superior's", async () => {
    await statementKids();
    resolver.forget(world.province.entityId);
    await statementKids();
    expect(reads).toBe(2);
    resolver.forget(world.anchor.entityId);
    await Promise.resolve();
    await statementKids();
    expect(reads).toBe(3);
    resolver.forget(world.gateway.entityId);
    await Promise.resolve();
    await statementKids();
    expect(reads).toBe(3);
  });

  test('a failure is kept', async () => {
    const good = world.chains.get(world.province.entityId) ?? [];
    world.chains.set(world.province.entityId, []);
    expect(await codeOf(statementKids)).toBe('chain_broken');
    world.chains.set(world.province.entityId, good);
    expect(await statementKids()).toEqual(['statements']);
  });
});

describe('what an entity may claim to be', () => {
  test('one province issues statements for another', async () => {
    expect(await codeOf(() => resolver.statementKeys(world.province.entityId, '440000'))).toBe('invalid_metadata');
    const [, statement = ''] = world.chains.get(world.province.entityId) ?? [];
    const claims = { province: '440000', jwks: { keys: [world.province.statements.jwk] } };
    const own = await configure(world.province, {
      authority_hints: [world.anchor.entityId],
      metadata: { [STATUS_ISSUER]: claims },
    });
    world.chains.set(world.province.entityId, [own, statement]);
    expect(await codeOf(() => resolver.statementKeys(world.province.entityId, '440000'))).toBe('invalid_metadata');
  });

  describe('an authorization server', () => {
    const venues = { huren_venue_kinds: { value: ['hospital'] }, huren_regions: { value: ['4101'] } };
    const policy = { huren_province: { value: '410000' }, ...venues };
    async function admitted(own: object, imposed: object = policy): Promise<string> {
      const server = await makeParty('https://venues.example');
      const jwks = { keys: [(await makeKey('tokens')).jwk] };
      const metadata = { issuer: server.entityId, token_endpoint: 'https://venues.example/token', jwks, ...own };
      world.chains.set(server.entityId, [
        await configure(server, {
          authority_hints: [world.province.entityId],
          metadata: { [AUTHORIZATION_SERVER]: metadata },
        }),
        await state(world.province, server, { metadata_policy: { [AUTHORIZATION_SERVER]: imposed } }),
        await state(world.anchor, world.province),
      ]);
      return server.entityId;
    }

    test('places venues by its own word', async () => {
      const claimed = { huren_province: '110000', huren_venue_kinds: ['prison'], huren_regions: ['11'] };
      const id = await admitted(claimed);
      const server = await resolver.authorizationServer(id);
      expect(server).toMatchObject({ province: '410000', venueKinds: ['hospital'], regions: ['4101'] });
      expect(await resolver.authorizationServer(id)).toBe(server);
    });

    test.each<[string, object, object?]>([
      ['has another name in its tokens than in the log', { issuer: 'https://other.example' }],
      ['has no keys', { jwks: undefined }],
      ['has keys elsewhere alone', { jwks: undefined, jwks_uri: 'https://venues.example/jwks' }],
      ['is bounded by nobody', {}, {}],
    ])('%s and is one all the same', async (_what, own, imposed = policy) => {
      const id = await admitted(own, imposed);
      expect(await codeOf(() => resolver.authorizationServer(id))).toBe('invalid_metadata');
    });
  });

  test('a county office makes itself the provincial commission, or brings in a key', async () => {
    const office = await makeParty('https://province.example/agencies/office');
    const keys = { keys: [(await makeKey('office')).jwk] };
    const configured = async (level: string) => [
      await configure(office, {
        authority_hints: [world.province.entityId],
        metadata: { [ASSIGNMENT_AGENCY]: { province: '410000', level, role: 'county_office', jwks: keys } },
      }),
      await state(world.province, office, {
        ...naming(ASSIGNMENT_AGENCY, ...keys.keys),
        metadata_policy: { [ASSIGNMENT_AGENCY]: { level: { one_of: ['county'] } } },
      }),
      await state(world.anchor, world.province),
    ];
    world.chains.set(office.entityId, (await configured('county')).with(1, await state(world.province, office)));
    // What it signs approvals with, it says itself, and nobody else.
    expect(await codeOf(() => resolver.agency(office.entityId, '410000'))).toBe('invalid_metadata');
    resolver.forget(office.entityId);
    world.chains.set(office.entityId, await configured('county'));
    expect(await resolver.agency(office.entityId, '410000')).toMatchObject({ level: 'county', role: 'county_office' });
    resolver.forget(office.entityId);
    world.chains.set(office.entityId, await configured('province'));
    expect(await codeOf(() => resolver.agency(office.entityId, '410000'))).toBe('invalid_metadata');
  });
});
