import { beforeAll, describe, expect, test } from 'vitest';
import type { PublishedKey, RegistryEventBody } from '../../schemas/registry-event.ts';
import { signEntityStatement } from '../trust/entity-statement.ts';
import type { PublicJwk } from '../trust/public-key.ts';
import { STATUS_ISSUER } from '../trust/trust-bundle.ts';
import { isPublishedInLog, publishedKeysOf } from './fold-published-keys.ts';
import { admission, admittedWorld, federationKey, nextKey, provinceOf } from './fold-subordinates.fixture.ts';
import { actors, makeActor, NOW_S, OFF_CURVE_KEY, type World } from './registry.fixture.ts';

const { anchor, henan, shanghai } = actors;
const ISSUER = 'https://issuer.henan.example';
const [one, two] = [(await makeActor('one')).publicJwk, (await makeActor('two')).publicJwk];
const [ONE, TWO] = [{ jwk: one }, { jwk: two }];
const CHANGED = 'subordinate_keys_changed';

let world: World;
beforeAll(async () => {
  world = await admittedWorld();
  await world.do(henan, 'subordinate_admitted', admission(ISSUER, { kind: 'issuer', published: [ONE] }));
});

const statement = (list: readonly PublishedKey[]) =>
  list.map(({ jwk, ends_s }): PublicJwk => ({ ...jwk, ...(ends_s === undefined ? {} : { exp: ends_s }) }));

/** What the issuer says of its statement keys, signed with its federation key. */
async function configured(keys: readonly PublicJwk[], iat = NOW_S): Promise<string> {
  return await signEntityStatement(
    {
      iss: ISSUER,
      sub: ISSUER,
      iat,
      exp: iat + 3600,
      jwks: { keys: [federationKey.publicJwk] },
      metadata: { [STATUS_ISSUER]: { province: '410000', jwks: { keys } } },
      authority_hints: [henan.entityId],
    },
    federationKey.signer,
  );
}

interface Change {
  readonly listed: PublishedKey[];
  /** What the issuer itself says, where that is something else. */
  readonly said?: readonly PublicJwk[];
  readonly atS?: number;
}

async function change(at: World, { listed, said = statement(listed), atS = NOW_S }: Change): Promise<string | null> {
  const body: RegistryEventBody<typeof CHANGED> = {
    entity_id: ISSUER,
    jwks: { keys: [federationKey.publicJwk] },
    published: listed,
    configuration: await configured(said, atS),
  };
  return await at.try(henan, CHANGED, body, { iat: atS });
}

const records = (at: World) => at.state.subordinates.get(ISSUER)?.published ?? [];
const windows = (at: World) =>
  records(at).map(({ jwk, announced_s, ends_s, ended_s }) => [jwk.kid, announced_s, ends_s, ended_s]);

describe('keys that an entity signs other things with', () => {
  test('overlap not, or are forgotten once they are over', async () => {
    const later = world.fork();
    expect(await change(later, { listed: [ONE, TWO], atS: NOW_S + 10 })).toBe(null);
    expect(isPublishedInLog(later.state, ISSUER, one.kid) && isPublishedInLog(later.state, ISSUER, two.kid)).toBe(true);
    expect(await change(later, { listed: [{ ...ONE, ends_s: NOW_S + 60 }, TWO], atS: NOW_S + 20 })).toBe(null);
    expect(await change(later, { listed: [TWO], atS: NOW_S + 70 })).toBe(null);
    expect(windows(later)).toEqual([
      [one.kid, NOW_S, NOW_S + 60, NOW_S + 70],
      [two.kid, NOW_S + 10, null, null],
    ]);
    expect(isPublishedInLog(later.state, ISSUER, one.kid)).toBe(false);
    // The earlier end of the two, and the key that is over stays known.
    expect(publishedKeysOf(records(later)).map(({ kid, iat, exp }) => [kid, iat, exp])).toEqual([
      [two.kid, NOW_S + 10, undefined],
      [one.kid, NOW_S, NOW_S + 60],
    ]);
  });

  test('end with a change that does not speak of them', async () => {
    const later = world.fork();
    const jwks = { keys: [federationKey.publicJwk] };
    const body = { entity_id: ISSUER, jwks, configuration: await configured([two]) };
    expect(await later.try(henan, CHANGED, body)).toBe(null);
    expect(windows(later)).toEqual(windows(world));
  });

  test('come back after the log or their own end has ended them', async () => {
    const ended = world.fork();
    expect(await change(ended, { listed: [TWO] })).toBe(null);
    expect(await change(ended, { listed: [ONE, TWO] })).toBe('key_ended');
    const short = world.fork();
    expect(await change(short, { listed: [{ ...ONE, ends_s: NOW_S + 60 }, TWO] })).toBe(null);
    expect(await change(short, { listed: [{ ...ONE, ends_s: NOW_S + 90 }, TWO], atS: NOW_S + 59 })).toBe(null);
    expect(await change(short, { listed: [ONE, TWO], atS: NOW_S + 90 })).toBe('key_ended');
    expect(await change(world.fork(), { listed: [ONE, { ...TWO, ends_s: NOW_S }] })).toBe('key_ended');
  });

  test('come back with an entity that was removed and is admitted again', async () => {
    const later = world.fork();
    await later.do(henan, 'subordinate_removed', { entity_id: ISSUER });
    expect(isPublishedInLog(later.state, ISSUER, one.kid)).toBe(false);
    const again = (published?: PublishedKey[]) => {
      const jwks = { keys: [nextKey.publicJwk] };
      return admission(ISSUER, { kind: 'issuer', jwks, ...(published === undefined ? {} : { published }) });
    };
    expect(await later.try(henan, 'subordinate_admitted', again([ONE, TWO]))).toBe('key_ended');
    expect(await later.try(henan, 'subordinate_admitted', again([{ jwk: { ...one, kid: 'again' } }]))).toBe(
      'key_reused',
    );
    expect(await later.fork().try(henan, 'subordinate_admitted', again())).toBe(null);
    expect(await later.try(henan, 'subordinate_admitted', again([TWO]))).toBe(null);
    expect(records(later).map(({ jwk, ended_s }) => [jwk.kid, ended_s])).toEqual([
      [one.kid, NOW_S],
      [two.kid, null],
    ]);
  });

  test.each<[string, Change, string]>([
    ['the entity does not say', { listed: [ONE, TWO], said: [one] }, 'keys_not_handed_over'],
    [
      'the entity has another key by that kid',
      { listed: [ONE, TWO], said: [{ ...one, kid: two.kid }, one] },
      'keys_not_handed_over',
    ],
    ['the entity gives another end', { listed: [{ ...ONE, ends_s: NOW_S + 60 }], said: [one] }, 'keys_not_handed_over'],
    [
      'the entity has revoked',
      { listed: [ONE, TWO], said: [one, { ...two, revoked: { revoked_at: NOW_S } }] },
      'keys_not_handed_over',
    ],
    ['takes the kid of another', { listed: [{ jwk: { ...two, kid: one.kid } }] }, 'key_reused'],
    ['has two kids', { listed: [{ jwk: { ...one, kid: 'again' } }] }, 'key_reused'],
    ['has two kids in one list', { listed: [ONE, { jwk: { ...one, kid: 'again' } }] }, 'key_reused'],
    ['is no point on its curve', { listed: [ONE, { jwk: OFF_CURVE_KEY }] }, 'key_invalid'],
  ])('are taken although one %s', async (_what, tried, code) => {
    expect(await change(world.fork(), tried)).toBe(code);
  });

  test('are those that a superior gives to whom it does not vouch for keys of, or bad ones from the first day', async () => {
    const admit = (more: Parameters<typeof admission>[1]) =>
      world.fork().try(henan, 'subordinate_admitted', admission('https://other.example', more));
    const venues = { venue_kinds: ['hospital' as const], regions: ['4101'] };
    expect(await admit({ kind: 'authorization_server', ...venues, published: [ONE] })).toBe('subordinate_invalid');
    expect(await admit({ kind: 'issuer', published: [{ jwk: OFF_CURVE_KEY }] })).toBe('key_invalid');
    expect(await admit({ kind: 'issuer', published: [{ ...ONE, ends_s: NOW_S }] })).toBe('key_ended');
    expect(await admit({ kind: 'agency', level: 'county', role: 'cdc', published: [ONE] })).toBe(null);
    // Its statement keys are its own to announce.
    const other = { ...provinceOf(shanghai.entityId, '310000'), published: [ONE] };
    expect(await world.fork().try(anchor, 'subordinate_admitted', other)).toBe('subordinate_invalid');
  });
});

test('a superior names more keys that are over than a key set holds, and none that counts', () => {
  const record = (kid: string, ended_s: number | null) => ({
    jwk: { ...one, kid },
    announced_s: NOW_S,
    ends_s: null,
    ended_s,
  });
  const over = Array.from({ length: 30 }, (_, at) => record(`over-${at}`, NOW_S));
  const kids = publishedKeysOf([...over, record('now', null)]).map(({ kid }) => kid);
  expect([kids.length, kids[0], kids.at(-1)]).toEqual([16, 'now', 'over-29']);
});
