import { describe, expect, test } from 'vitest';
import type { RegistryJwk } from '../../schemas/registry-event.ts';
import { NOW_S } from '../registry/registry.fixture.ts';
import { configure, makeKey, makeParty, type Party } from '../trust/federation.fixture.ts';
import type { PublicJwk } from '../trust/public-key.ts';
import type { JsonObject } from '../trust/strict-json.ts';
import { admissibleKeys } from './admissible-keys.ts';
import { readAdmissionRequest, signAdmissionRequest } from './admission-request.ts';
import type { EntityDescription } from './entity-description.ts';

const NAME = { zh: '河南', en: 'Henan' };
const SUPERIOR = 'https://anchor.example';
const henan = await makeParty('https://henan.example', 'henan');
const agency = await makeParty('https://cdc.henan.example', 'cdc');
const registry = (await makeKey('registry')).jwk;

const describedAs = (more: Partial<EntityDescription>): EntityDescription => ({
  entity_id: henan.entityId,
  kind: 'province',
  name: NAME,
  superior: SUPERIOR,
  owner: 'henan',
  province: '410000',
  ...more,
});
const askingWith = (
  { signer, jwk }: Party,
  published: readonly PublicJwk[] = [],
  registryJwks: RegistryJwk[] | null = null,
) => ({
  federation: { signer, publicKeys: [jwk], lives: [] },
  published,
  registryJwks,
});

/** A request as somebody would forge it. */
function forged(asked: JsonObject | undefined, more: JsonObject = {}, party = henan): Promise<string> {
  return configure(party, {
    authority_hints: [SUPERIOR],
    metadata: { federation_entity: {}, ...(asked === undefined ? {} : { admission_request: asked }) },
    ...more,
  });
}
const ASKED = { kind: 'gateway', name: NAME, province: '410000' };

describe('a request for admission', () => {
  test('loses something on its way', async () => {
    const registryJwks = admissibleKeys([registry]);
    const token = await signAdmissionRequest(describedAs({}), askingWith(henan, [], registryJwks), NOW_S);
    expect(await readAdmissionRequest(token, NOW_S)).toEqual({
      entityId: henan.entityId,
      superior: SUPERIOR,
      jwks: admissibleKeys([henan.jwk]),
      asked: { kind: 'province', name: NAME, province: '410000', registry_jwks: registryJwks },
    });
  });

  test('loses which part of a procedure an agency signs, or with what, or asks for a key that is over', async () => {
    const [signing, revoked, over] = [
      { ...(await makeKey('signing')).jwk, exp: NOW_S + 1 },
      { ...(await makeKey('revoked')).jwk, revoked: { revoked_at: NOW_S } },
      { ...(await makeKey('over')).jwk, exp: NOW_S },
    ];
    const description = describedAs({ entity_id: agency.entityId, kind: 'agency', level: 'county', role: 'cdc' });
    const token = await signAdmissionRequest(description, askingWith(agency, [signing, revoked, over]), NOW_S);
    const { asked } = await readAdmissionRequest(token, NOW_S);
    const published = [{ jwk: admissibleKeys([signing])[0], ends_s: NOW_S + 1 }];
    expect(asked).toEqual({ kind: 'agency', name: NAME, province: '410000', level: 'county', role: 'cdc', published });
  });

  test('is read after the week that it may lie on a desk', async () => {
    const token = await signAdmissionRequest(describedAs({}), askingWith(henan), NOW_S);
    expect((await readAdmissionRequest(token, NOW_S + 7 * 86_400 - 1)).entityId).toBe(henan.entityId);
    await expect(readAdmissionRequest(token, NOW_S + 7 * 86_400)).rejects.toMatchObject({ code: 'request_refused' });
  });

  test('is signed by the anchor, whom nobody admits', async () => {
    const { province: _none, ...anchor } = describedAs({ kind: 'anchor', superior: null });
    await expect(signAdmissionRequest(anchor, askingWith(henan), NOW_S)).rejects.toMatchObject({
      code: 'request_refused',
    });
  });

  test('vouches for a key that its owner has revoked', async () => {
    const { jwk } = await makeKey('gone');
    const keys = [{ ...jwk, revoked: { revoked_at: NOW_S } }, henan.jwk];
    const { jwks } = await readAdmissionRequest(await forged(ASKED, { jwks: { keys } }), NOW_S);
    expect(jwks.map(({ kid }) => kid)).toEqual(['henan']);
  });

  test.each<[string, () => Promise<string>]>([
    ['of no kind', () => forged({ name: NAME })],
    ['of a kind that there is not', () => forged({ ...ASKED, kind: 'anchor' })],
    ['of a kind that every object has', () => forged({ ...ASKED, kind: 'constructor' })],
    ['that asks for nothing', () => forged(undefined)],
    ['that asks for more than is known', () => forged({ ...ASKED, superior: SUPERIOR })],
    ['for a province that there is not', () => forged({ ...ASKED, province: '990000' })],
    ['to nobody', () => forged(ASKED, { authority_hints: undefined })],
    ['to two superiors', () => forged(ASKED, { authority_hints: ['https://other.example', SUPERIOR] })],
    [
      'signed with another one’s key',
      () => configure(henan, { metadata: { admission_request: ASKED } }, agency.signer),
    ],
    ['with a private key in it', () => forged(ASKED, { jwks: { keys: [{ ...henan.jwk, d: henan.jwk.x }] } })],
    [
      'of keys that are all revoked',
      () => forged(ASKED, { jwks: { keys: [{ ...henan.jwk, revoked: { revoked_at: 1 } }] } }),
    ],
    [
      'of more keys than can be admitted',
      async () => forged(ASKED, { jwks: { keys: [henan.jwk, ...(await nineKeys())] } }),
    ],
    ['that is no token', async () => 'none'],
    ['that is empty', async () => ''],
    ['that was tampered with', async () => tampered(await forged(ASKED))],
  ])('%s is read', async (_what, token) => {
    await expect(readAdmissionRequest(await token(), NOW_S)).rejects.toMatchObject({ code: 'request_refused' });
  });
});

async function nineKeys() {
  return await Promise.all(Array.from({ length: 9 }, async (_, at) => (await makeKey(`key-${at}`)).jwk));
}

/** The same signature below another province. */
function tampered(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const claims = Buffer.from(payload, 'base64url').toString('utf8').replace('410000', '310000');
  return [header, Buffer.from(claims).toString('base64url'), signature].join('.');
}
