import { beforeAll, describe, expect, test } from 'vitest';
import { checksOf, makeWorld, type World } from './attestation.fixture.ts';
import { NOW_S } from './federation.fixture.ts';
import { MAX_PASS_LIFETIME_S, PASS_TYP, verifyPass } from './recognition-pass.ts';
import { signCompact } from './signer.ts';
import { signStatusList } from './status-list.ts';

const LIST = 'https://gateway.example/v1/statuslists/0123456789abcdef01234567';

let world: World;
let list: string;
beforeAll(async () => {
  world = await makeWorld();
  const { gateway } = world;
  const terms = { issuer: gateway.entityId, uri: LIST, withdrawn: [], nowS: NOW_S - 10 };
  list = await signStatusList(terms, gateway.answers.signer);
});

/** What comes of a pass that the gateway really signed; `claims` overrides, and nothing is checked before. */
async function outcome(claims: object = {}, statusListOf: (uri: string) => string | null = () => list) {
  const { gateway, province } = world;
  const usual = {
    iss: gateway.entityId,
    iat: NOW_S - 60,
    exp: NOW_S + 3600,
    issuer_province: '410000',
    destination: '440000',
    status_as_of: new Date((NOW_S - 120) * 1000).toISOString(),
    mandate: 'a-mandate',
    status: { status_list: { idx: 7, uri: LIST } },
  };
  const isByProvince = 'iss' in claims && claims.iss === province.entityId;
  const { signer } = isByProvince ? province.statements : gateway.answers;
  const pass = await signCompact({ typ: PASS_TYP }, { ...usual, ...claims }, signer);
  const checked = await verifyPass(pass, { ...checksOf(world), statusListOf });
  return checked.verified ? 'verified' : { code: checked.code, link: checked.link };
}

const at = (uri: string) => ({ status: { status_list: { idx: 7, uri } } });

describe('a pass that its gateway signed', () => {
  test('in good order is refused', async () => {
    expect(await outcome()).toBe('verified');
    expect(await outcome({ exp: NOW_S + 1 })).toBe('verified');
    const longest = { iat: NOW_S - 60, exp: NOW_S - 60 + MAX_PASS_LIFETIME_S };
    expect(await outcome(longest)).toBe('verified');
  });

  test('is good beyond its end, while its gateway’s chain stands', async () => {
    expect(await outcome({ iat: NOW_S - 60, exp: NOW_S })).toEqual({ code: 'expired', link: 'pass' });
  });

  test('is good before it was made', async () => {
    expect(await outcome({ iat: NOW_S + 61 })).toEqual({ code: 'not_yet_valid', link: 'pass' });
  });

  test.each([
    ['for longer than a day', { exp: NOW_S - 60 + MAX_PASS_LIFETIME_S + 1 }],
    ['for no time at all', { iat: NOW_S + 30, exp: NOW_S + 30 }],
    ['with a name', { name: 'x' }],
  ])('%s is good', async (_what, claims) => {
    expect(await outcome(claims)).toEqual({ code: 'claims_invalid', link: 'pass' });
  });

  test('is good for another province than its gateway’s', async () => {
    expect(await outcome({ destination: '310000' })).toEqual({ code: 'destination_mismatch', link: 'pass' });
  });

  test('by an entity of another type is good', async () => {
    expect(await outcome({ iss: world.province.entityId })).toEqual({ code: 'invalid_metadata', link: 'pass' });
  });

  test.each([
    ['on another host', 'https://elsewhere.example/v1/statuslists/0123456789abcdef01234567'],
    ['on a host whose name begins alike', 'https://gateway.example.org/v1/statuslists/0123456789abcdef01234567'],
    ['at the province', 'https://province.example/v1/statuslists/0123456789abcdef01234567'],
  ])('is looked up in a list %s', async (_where, uri) => {
    const asked: string[] = [];
    const fetched = await outcome(at(uri), (wanted) => {
      asked.push(wanted);
      return list;
    });
    expect([fetched, asked]).toEqual([{ code: 'status_list_invalid', link: 'status_list' }, []]);
  });
});
