import { beforeEach, describe, expect, test } from 'vitest';
import type { KeyRing } from '../keys/key-ring.ts';
import type { KeyStore } from '../keys/key-store.ts';
import { actors, makeActor, NAME, NOW_S, type World } from '../registry/registry.fixture.ts';
import { peekEntityStatement } from '../trust/entity-statement.ts';
import { makeKey } from '../trust/federation.fixture.ts';
import { RESOLVE_RESPONSE_TYP } from '../trust/resolve-response.ts';
import { parseCompact } from '../trust/strict-jws.ts';
import { RECOGNITION_GATEWAY, STATUS_ISSUER } from '../trust/trust-bundle.ts';
import { validateChain } from '../trust/trust-chain.ts';
import { admissibleKeys, listedKeys } from './admissible-keys.ts';
import { admittedWorld, GATEWAY_ID, ownKeyStore } from './authority.fixture.ts';
import type { EntityDescription } from './entity-description.ts';
import { type HostedEntity, hostEntity } from './hosted-entity.ts';
import { HostedFederation, STATEMENT_LIFETIME_S } from './hosted-federation.ts';

const { anchor, henan } = actors;
const STRANGER = 'https://stranger.example';
const DESCRIPTIONS = {
  anchor: { entity_id: anchor.entityId, kind: 'anchor', name: NAME, superior: null, owner: 'anchor' },
  henan: {
    entity_id: henan.entityId,
    kind: 'province',
    name: NAME,
    superior: anchor.entityId,
    owner: 'henan',
    province: '410000',
  },
  gateway: {
    entity_id: GATEWAY_ID,
    kind: 'gateway',
    name: NAME,
    superior: henan.entityId,
    owner: 'gateway',
    province: '410000',
  },
} as const satisfies Record<string, EntityDescription>;

let keys: KeyStore;
let rings: Record<keyof typeof DESCRIPTIONS, KeyRing>;
let attestation: KeyRing;
let world: World;
let federation: HostedFederation;
let nowS: number;

beforeEach(async () => {
  nowS = NOW_S;
  keys = ownKeyStore();
  const open = ({ owner, entity_id: entityId }: EntityDescription) =>
    keys.openRing(owner, 'federation', { nowS, entityId });
  rings = {
    anchor: await open(DESCRIPTIONS.anchor),
    henan: await open(DESCRIPTIONS.henan),
    gateway: await open(DESCRIPTIONS.gateway),
  };
  world = await admittedWorld(rings.henan.publicKeys, rings.gateway.publicKeys);
  attestation = await keys.openRing('gateway', 'attestation', { nowS, entityId: GATEWAY_ID });
  const folded = () => world.state;
  federation = new HostedFederation(
    [
      hostEntity(DESCRIPTIONS.anchor, { federation: rings.anchor, published: null, folded }),
      hostEntity(DESCRIPTIONS.henan, { federation: rings.henan, published: null, folded }),
      hostEntity(DESCRIPTIONS.gateway, { federation: rings.gateway, published: attestation, folded }),
    ],
    { folded, nowS: () => nowS },
  );
});

async function resolvedGateway() {
  const chain = await Promise.all([
    federation.entityConfiguration(GATEWAY_ID),
    federation.subordinateStatement(henan.entityId, GATEWAY_ID),
    federation.subordinateStatement(anchor.entityId, henan.entityId),
  ]);
  const statements = chain.filter((token) => token !== null);
  return await validateChain(
    statements,
    { entity_id: anchor.entityId, jwks: { keys: [...rings.anchor.publicKeys] } },
    nowS,
  );
}

const fetched = (subject = GATEWAY_ID, superior = henan.entityId) => federation.subordinateStatement(superior, subject);
const listed = () => federation.subordinates(henan.entityId).map(({ entityId }) => entityId);
const kidsIn = (token: string | null) =>
  token === null ? null : peekEntityStatement(token).claims.jwks.keys.map(({ kid }) => kid);

async function issuerKeys() {
  const token = await federation.entityConfiguration(henan.entityId);
  const { claims } = peekEntityStatement(token ?? '');
  return claims.metadata?.[STATUS_ISSUER]?.['jwks'];
}

/** What the anchor says of them, which is all that counts. */
async function namedByAnchor() {
  const token = await fetched(henan.entityId, anchor.entityId);
  return peekEntityStatement(token ?? '').claims.metadata?.[STATUS_ISSUER]?.['jwks'];
}

async function historical(): Promise<unknown> {
  const token = await federation.historicalKeys(henan.entityId);
  return parseCompact(token ?? '', { maxBytes: 65_536, typ: 'jwk-set+jwt' }).payload['keys'];
}

describe('a hosted federation', () => {
  test('has no chain for whom the log admits, or one that lets it be of another province', async () => {
    const { entityId, metadata } = await resolvedGateway();
    expect([entityId, metadata[RECOGNITION_GATEWAY]?.['province']]).toEqual([GATEWAY_ID, '410000']);
    expect(listed()).toEqual([GATEWAY_ID]);
  });

  test.each([
    ['a stranger', STRANGER, henan.entityId],
    ['the subordinate of somebody else', GATEWAY_ID, anchor.entityId],
    ['itself', henan.entityId, henan.entityId],
    ['what every object inherits', 'constructor', henan.entityId],
    ['a subordinate whose superior is not hosted', GATEWAY_ID, STRANGER],
  ])('vouches for %s', async (_whom, subject, superior) => {
    expect(await fetched(subject, superior)).toBe(null);
  });

  test('lists or answers for entities that are not hosted', async () => {
    expect(await federation.entityConfiguration(STRANGER)).toBe(null);
    expect(await federation.historicalKeys(STRANGER)).toBe(null);
    expect(federation.subordinates(STRANGER)).toEqual([]);
  });

  test('vouches for what was removed, from what it signed before', async () => {
    expect(await fetched()).not.toBe(null);
    await world.do(henan, 'subordinate_removed', { entity_id: GATEWAY_ID });
    expect([await fetched(), listed()]).toEqual([null, []]);
  });

  test('vouches for what is below a province that was removed', async () => {
    expect(await fetched()).not.toBe(null);
    await world.do(anchor, 'subordinate_removed', { entity_id: henan.entityId });
    expect([await fetched(), await fetched(henan.entityId, anchor.entityId), listed()]).toEqual([null, null, []]);
  });

  test('goes on naming the keys that a subordinate had', async () => {
    expect(kidsIn(await fetched())).toEqual(rings.gateway.publicKeys.map(({ kid }) => kid));
    await keys.announce('gateway', 'federation', nowS);
    await rings.gateway.refresh(nowS);
    const configuration = (await federation.entityConfiguration(GATEWAY_ID)) ?? '';
    const jwks = { keys: admissibleKeys(rings.gateway.publicKeys) };
    await world.do(henan, 'subordinate_keys_changed', { entity_id: GATEWAY_ID, jwks, configuration });
    expect(kidsIn(await fetched())).toEqual(jwks.keys.map(({ kid }) => kid));
    expect(jwks.keys.length).toBe(2);
  });

  test('goes on naming what a subordinate signed with, or lets it name that itself', async () => {
    const gatewayKeys = async () => (await resolvedGateway()).metadata[RECOGNITION_GATEWAY]?.['jwks'];
    // Admitted before its superior told of such keys: its own word counts for none.
    expect(await gatewayKeys()).toEqual({ keys: [] });
    const configuration = (await federation.entityConfiguration(GATEWAY_ID)) ?? '';
    const published = listedKeys(attestation.publicKeys, nowS);
    const body = { entity_id: GATEWAY_ID, jwks: { keys: admissibleKeys(rings.gateway.publicKeys) }, configuration };
    await world.do(henan, 'subordinate_keys_changed', { ...body, published });
    const [{ kid, exp } = { kid: '', exp: 0 }] = attestation.publicKeys;
    expect(await gatewayKeys()).toEqual({ keys: [expect.objectContaining({ kid, exp, iat: NOW_S })] });
  });

  test('signs with the key before, or shows what it signed with it', async () => {
    const before = { own: await federation.entityConfiguration(henan.entityId), about: await fetched() };
    const { kid } = await keys.rotate('henan', 'federation', nowS);
    await rings.henan.refresh(nowS);
    federation.renew(henan.entityId);
    const after = { own: await federation.entityConfiguration(henan.entityId), about: await fetched() };
    for (const which of ['own', 'about'] as const) {
      expect(after[which]).not.toBe(before[which]);
      expect(parseCompact(after[which] ?? '', { maxBytes: 65_536, typ: 'entity-statement+jwt' }).header.kid).toBe(kid);
    }
  });

  test("shows a province's statement keys other than the log has them", async () => {
    expect([await issuerKeys(), await namedByAnchor()]).toEqual([undefined, { keys: [] }]);
    const { publicJwk: jwk } = await makeActor('statement-key');
    const { kid } = jwk;
    await world.do(henan, 'key_announced', { use: 'statement', jwk });
    expect(await issuerKeys()).toEqual({ keys: [expect.objectContaining({ kid, x: jwk.x })] });
    expect(await namedByAnchor()).toEqual(await issuerKeys());
    expect(await historical()).toEqual([]);
    await world.do(henan, 'key_activated', { use: 'statement', kid });
    await world.do(henan, 'key_revoked', { entity_id: henan.entityId, use: 'statement', kid });
    const revoked = { revoked_at: NOW_S };
    expect(await issuerKeys()).toEqual({ keys: [expect.objectContaining({ kid, revoked })] });
    expect(await namedByAnchor()).toEqual(await issuerKeys());
    expect(await historical()).toEqual([expect.objectContaining({ kid, revoked })]);
  });

  test('signs anew at every question, or never again', async () => {
    const first = await fetched();
    expect(await fetched()).toBe(first);
    nowS += STATEMENT_LIFETIME_S / 2;
    const next = await fetched();
    expect(next).not.toBe(first);
    expect(peekEntityStatement(next ?? '').claims.exp).toBe(nowS + STATEMENT_LIFETIME_S);
  });

  test('takes an entity type from what every object inherits', async () => {
    const chain = [
      (await federation.entityConfiguration(GATEWAY_ID)) ?? '',
      (await fetched()) ?? '',
      (await fetched(henan.entityId, anchor.entityId)) ?? '',
    ];
    const pinned = { entity_id: anchor.entityId, jwks: { keys: [...rings.anchor.publicKeys] } };
    for (const type of ['constructor', '__proto__', 'other']) {
      const token = await federation.resolveResponse(chain, pinned, { resolverId: henan.entityId, type });
      const { payload } = parseCompact(token, { maxBytes: 262_144, typ: RESOLVE_RESPONSE_TYP });
      expect(payload['metadata']).toEqual({});
    }
  });
});

describe('a signing that fails', () => {
  /** An entity whose signer does as it is told, call by call. */
  async function hosted(turns: (() => Promise<void>)[]): Promise<HostedFederation> {
    const { signer, jwk } = await makeKey('its-key');
    const slow = {
      kid: signer.kid,
      alg: signer.alg,
      sign: async (input: Uint8Array<ArrayBuffer>) => {
        await turns.shift()?.();
        return await signer.sign(input);
      },
    };
    const entity: HostedEntity = {
      entityId: STRANGER,
      superior: null,
      federationKeys: { signer: slow, publicKeys: [jwk], lives: [] },
      metadata: () => ({ federation_entity: {} }),
      publishedLives: () => [],
      basis: () => [],
    };
    return new HostedFederation([entity], { folded: () => world.state, nowS: () => nowS });
  }

  test('is kept', async () => {
    const away = await hosted([() => Promise.reject(new Error('the token is away'))]);
    await expect(away.entityConfiguration(STRANGER)).rejects.toThrow('the token is away');
    expect(await away.entityConfiguration(STRANGER)).not.toBe(null);
  });

  test('late, throws away what was signed since', async () => {
    const late = Promise.withResolvers<void>();
    const slow = await hosted([() => late.promise]);
    const first = slow.entityConfiguration(STRANGER);
    slow.renew(STRANGER);
    const second = await slow.entityConfiguration(STRANGER);
    late.reject(new Error('the token is away'));
    await expect(first).rejects.toThrow();
    expect(await slow.entityConfiguration(STRANGER)).toBe(second);
  });
});
