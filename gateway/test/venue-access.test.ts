import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { readTextUpTo } from '../../schemas/bounded-bytes.ts';
import { protectedResourceSchema } from '../../schemas/protected-resource.ts';
import type { Actor } from '../keys/actor.ts';
import { makeActor, NAME } from '../registry/registry.fixture.ts';
import { makeParty, type Party } from '../trust/federation.fixture.ts';
import type { JsonObject } from '../trust/strict-json.ts';
import { PATIENTLY } from './patience.ts';
import { type Platform, startPlatform } from './platform.ts';
import { forged, venueClaims, venueToken } from './venue-token.fixture.ts';

let platform: Platform;
/** Of another province, whose gateway is elsewhere. */
let shanghai: Actor;
let foreign: Party;

const nowS = () => Math.floor(Date.now() / 1000);
const ASKED = { code: 'YKM1anything', purpose: 'medical_visit' };
/** What comes after access: nobody has given the venue a mandate. */
const LET_IN = [403, 'check_not_permitted'];

/** What the second server was asked about a token, and what it says of it. */
const introspection = { asked: [] as URLSearchParams[], status: 200, active: true };
const introspecting = createServer((request, response) => {
  void readTextUpTo(request, 16_384).then((text) => {
    introspection.asked.push(new URLSearchParams(text ?? ''));
    response.writeHead(introspection.status).end(JSON.stringify({ active: introspection.active }));
  });
});

beforeAll(async () => {
  await once(introspecting.listen(0, '127.0.0.1'), 'listening');
  const address = z.object({ port: z.number() }).parse(introspecting.address());
  platform = await startPlatform({ clientRate: 40 }, `http://127.0.0.1:${address.port}/introspect`);
  await platform.admit();
  shanghai = await makeActor('310000');
  foreign = await makeParty('https://venues.shanghai.example', 'foreign');
  const door = platform.openDoor();
  const province = { entity_id: shanghai.entityId, name: NAME, jwks: { keys: [shanghai.publicJwk] } };
  const place = { province: '310000' } as const;
  await door.submit(platform.anchor, { kind: 'entity_enrolled', body: { ...province, ...place, role: 'province' } });
  await door.submit(platform.anchor, {
    kind: 'subordinate_admitted',
    body: { ...province, ...place, kind: 'province' },
  });
  await admitServer(shanghai, foreign, ['31']);
  await vi.waitFor(async () => expect(await ask(await token())).toEqual(LET_IN), PATIENTLY);
});
afterAll(async () => {
  await platform.stop();
  introspecting.close();
});

async function admitServer(by: Actor, server: Party, regions: string[]): Promise<void> {
  const { publicJwk } = await makeActor('a-server');
  await platform.openDoor().submit(by, {
    kind: 'subordinate_admitted',
    body: {
      entity_id: server.entityId,
      kind: 'authorization_server',
      name: NAME,
      jwks: { keys: [publicJwk] },
      venue_kinds: ['hospital'],
      regions,
    },
  });
}

const partOf = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());

const token = (claims: JsonObject = {}, signer = platform.server) =>
  venueToken(signer, { aud: platform.url, ...claims });

async function post(path: string, bearer: string, body: unknown, { url } = platform): Promise<Response> {
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
  return await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function ask(bearer: string, path = '/v1/verifications', body: unknown = ASKED): Promise<unknown[]> {
  return await answered(post(path, bearer, body));
}

async function answered(asked: Promise<Response>): Promise<unknown[]> {
  const reply = await asked;
  return [reply.status, z.object({ code: z.string() }).parse(await reply.json()).code];
}

async function counted(outcome: string): Promise<number> {
  const text = await (await fetch(`${platform.url}/metrics`)).text();
  return Number(new RegExp(`^huren_venue_tokens_total\\{outcome="${outcome}"\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}

describe('a token', () => {
  test.each<[string, () => JsonObject]>([
    ['for this node', () => ({})],
    ['for the gateway of the venue’s own province', () => ({ aud: platform.gatewayId })],
    ['for several resources, this one among them', () => ({ aud: ['https://other.example', platform.url] })],
    ['with more than one scope', () => ({ scope: 'openid verify' })],
    ['that lives a day', () => ({ exp: nowS() + 86_390, iat: nowS() - 10 })],
  ])('%s is refused', async (_what, claims) => {
    expect(await ask(await token(claims()))).toEqual(LET_IN);
  });

  test.each<[string, () => JsonObject]>([
    ['for another audience', () => ({ aud: 'https://other.example' })],
    ['for no audience', () => ({ aud: undefined })],
    ['without the scope', () => ({ scope: 'openid' })],
    ['with a scope that only begins like it', () => ({ scope: 'verify-all' })],
    ['without any scope', () => ({ scope: undefined })],
    ['without sub', () => ({ sub: undefined })],
    ['without jti', () => ({ jti: undefined })],
    ['without iat', () => ({ iat: undefined })],
    ['without exp', () => ({ exp: undefined })],
    ['without client_id', () => ({ client_id: undefined })],
    ['with an empty sub', () => ({ sub: '' })],
    ['that has expired', () => ({ exp: nowS() - 1 })],
    ['that lives until the year 9999', () => ({ exp: 253_402_300_799 })],
    ['that lives longer than a day', () => ({ iat: nowS(), exp: nowS() + 86_401 })],
    ['from the future', () => ({ iat: nowS() + 3_600, exp: nowS() + 7_200 })],
    ['of a venue kind that nobody knows', () => ({ venue_kind: 'castle' })],
    ['of a venue kind that the province did not name', () => ({ venue_kind: 'prison' })],
    ['of a region of the province that it did not name', () => ({ region: '410300' })],
    ['of a region of another province', () => ({ region: '310115' })],
    ['of a server that nobody admitted', () => ({ iss: 'https://stranger.example' })],
    ['of an entity that is no authorization server', () => ({ iss: platform.gatewayId })],
    ['without an issuer', () => ({ iss: undefined })],
  ])('%s is let in', async (_what, claims) => {
    const reply = await post('/v1/verifications', await token(claims()), ASKED);
    expect([reply.status, await reply.json()]).toMatchObject([401, { code: 'token_invalid' }]);
    expect(reply.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  test.each<[string, (payload: JsonObject) => Promise<string> | string]>([
    ['of another type', (payload) => venueToken(platform.server, payload, { typ: 'JWT' })],
    ['that is not signed', (payload) => forged({ alg: 'none', typ: 'at+jwt', kid: 'tokens' }, payload)],
    [
      'signed with a public key as a secret',
      (payload) => forged({ alg: 'HS256', typ: 'at+jwt', kid: 'tokens' }, payload),
    ],
    [
      'that brings its own key',
      async (payload) => {
        const own = await makeParty(platform.server.entityId, 'own');
        return await venueToken(own, payload, { jwk: own.jwk });
      },
    ],
    [
      'signed by a stranger under the server’s kid',
      async (payload) => await venueToken(await makeParty(platform.server.entityId, 'tokens'), payload),
    ],
    [
      'signed with an unknown key',
      async (payload) => await venueToken(await makeParty(platform.server.entityId, 'unknown'), payload),
    ],
    [
      'signed with the server’s federation key',
      async (payload) => {
        const ring = platform.node.node.parts.trust.parties.find(({ description }) => description.owner === 'venues');
        if (ring === undefined) throw new Error('the platform has no authorization server');
        const { signer } = ring.federation;
        return await venueToken({ ...platform.server, signer }, payload);
      },
    ],
    ['longer than any', (payload) => venueToken(platform.server, { ...payload, more: 'x'.repeat(4_096) })],
    ['that is no token', () => 'a.b.c'],
  ])('%s is let in', async (_what, made) => {
    const payload = venueClaims({ iss: platform.server.entityId, aud: platform.url });
    expect(await ask(await made(payload))).toEqual([401, 'token_invalid']);
  });

  test('in the other spelling of its type is refused', async () => {
    const spelt = await venueToken(platform.server, { aud: platform.url }, { typ: 'application/at+jwt' });
    expect(await ask(spelt)).toEqual(LET_IN);
  });

  test('is remembered beyond its end, or verified at every use', async () => {
    const before = { verified: await counted('verified'), remembered: await counted('remembered') };
    const short = await token({ exp: nowS() + 3 });
    expect([await ask(short), await ask(short)]).toEqual([LET_IN, LET_IN]);
    expect(await counted('verified')).toBe(before.verified + 1);
    expect(await counted('remembered')).toBe(before.remembered + 1);
    await expect.poll(async () => await ask(short)).toEqual([401, 'token_invalid']);
  });

  test('of another province’s server is looked at, or its venue’s code is', async () => {
    const bearer = await venueToken(foreign, { aud: platform.url, region: '310115' });
    const before = await counted('foreign');
    expect(await ask(bearer)).toEqual([403, 'venue_foreign']);
    expect(await ask(bearer, '/v1/passes')).toEqual([403, 'venue_foreign']);
    expect(await ask(bearer, '/v1/verifications/batch', { items: [ASKED, ASKED] })).toEqual([403, 'venue_foreign']);
    expect(await counted('foreign')).toBe(before + 3);
    const metrics = await (await fetch(`${platform.url}/metrics`)).text();
    expect(metrics).not.toMatch(/^huren_upstream_seconds_count\{/m);
  });
});

describe('a client', () => {
  test('that asks too often is not told, or others are turned away with it', async () => {
    const sub = randomUUID();
    const bearer = await token({ sub, client_id: sub });
    const replies = await Promise.all(Array.from({ length: 80 }, () => post('/v1/verifications', bearer, ASKED)));
    const refused = replies.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    for (const reply of refused) {
      expect(reply.headers.get('retry-after')).toMatch(/^[1-9]$/);
      expect(reply.headers.get('ratelimit')).toMatch(/^"client";r=0;t=[1-9]$/);
      expect(reply.headers.get('ratelimit-policy')).toBe('"client";q=40;w=1');
      expect(await reply.json()).toMatchObject({ code: 'rate_limited' });
    }
    expect(await ask(await token({ client_id: 'another' }))).toEqual(LET_IN);
    // One of the same name at another server is somebody else.
    expect(await ask(await token({ client_id: sub }, platform.secondServer))).toEqual(LET_IN);
  });

  test('without a token is not told where to get one', async () => {
    const reply = await fetch(`${platform.url}/v1/verifications`, { method: 'POST' });
    const metadata = /resource_metadata="([^"]+)"/.exec(reply.headers.get('www-authenticate') ?? '')?.[1] ?? '';
    expect([reply.status, metadata]).toEqual([401, `${platform.url}/.well-known/oauth-protected-resource`]);
    const read = async (url: string) => protectedResourceSchema.parse(await (await fetch(url)).json());
    const servers = [platform.secondServer, platform.server].map(({ entityId }) => entityId);
    expect(await read(metadata)).toMatchObject({ resource: platform.url, authorization_servers: servers });
    expect(await read(metadata)).toMatchObject({
      dpop_signing_alg_values_supported: ['ES256', 'EdDSA'],
      dpop_bound_access_tokens_required: false,
      resource_documentation: `${platform.url}/docs`,
    });
    const ofGateway = await read(`${metadata}/gateway`);
    expect(ofGateway).toMatchObject({ resource: platform.gatewayId, authorization_servers: servers });
  });
});

describe('an authorization server', () => {
  test('that wants to be asked about tokens is not asked, is asked by a stranger, or its word is not heard', async () => {
    const of = (client_id: string) => token({ client_id }, platform.secondServer);
    introspection.asked.length = 0;
    const [first, second, third] = [await of('first'), await of('second'), await of('third')];
    expect([await ask(first), await ask(first), introspection.asked.length]).toEqual([LET_IN, LET_IN, 1]);
    const [form] = introspection.asked;
    const [header, payload] = (form?.get('client_assertion') ?? '').split('.').slice(0, 2).map(partOf);
    const about = { iss: platform.gatewayId, sub: platform.gatewayId, aud: platform.secondServer.entityId };
    expect([form?.get('token'), payload]).toMatchObject([first, about]);
    const keys = await (await fetch(`${platform.url}/.well-known/jwks.json`)).json();
    const { kid } = z.object({ kid: z.string() }).parse(header);
    expect(keys).toMatchObject({ keys: expect.arrayContaining([expect.objectContaining({ kid })]) });
    introspection.active = false;
    expect(await ask(second)).toEqual([401, 'token_invalid']);
    introspection.status = 500;
    expect(await ask(third)).toEqual([503, 'unavailable']);
    expect(await ask(await token({ client_id: 'of-the-other-server' }))).toEqual(LET_IN);
    Object.assign(introspection, { status: 200, active: true });
    await expect.poll(() => ask(third)).toEqual(LET_IN);
  });

  test('whose terms the province changed goes on as before', async () => {
    const bearer = await token({ venue_kind: 'school' });
    expect(await ask(bearer)).toEqual(LET_IN);
    const change = (venue_kinds: ('hospital' | 'school')[]) =>
      platform.openDoor().submit(platform.province, {
        kind: 'subordinate_venues_changed',
        body: { entity_id: platform.server.entityId, venue_kinds, regions: ['4101', '4102'] },
      });
    await change(['hospital']);
    await expect.poll(() => ask(bearer)).toEqual([401, 'token_invalid']);
    await change(['hospital', 'school']);
    await expect.poll(() => ask(bearer)).toEqual(LET_IN);
  });

  test('that was removed still vouches for somebody, or is still named', async () => {
    const own = await startPlatform();
    onTestFinished(() => own.stop());
    await own.admit();
    const askBy = async (server: Party) =>
      await answered(post('/v1/verifications', await venueToken(server, { aud: own.url }), ASKED, own));
    await expect.poll(() => askBy(own.server)).toEqual(LET_IN);
    const readiness = async () =>
      z.object({ reasons: z.array(z.string()) }).parse(await (await fetch(`${own.url}/readyz`)).json()).reasons;
    const remove = ({ entityId }: Party) =>
      own.openDoor().submit(own.province, { kind: 'subordinate_removed', body: { entity_id: entityId } });
    await remove(own.server);
    expect(await askBy(own.server)).toEqual([401, 'token_invalid']);
    expect(await askBy(own.secondServer)).toEqual(LET_IN);
    expect(await readiness()).not.toContain('no_authorization_server');
    await remove(own.secondServer);
    expect(await readiness()).toContain('no_authorization_server');
    const metadata = await fetch(`${own.url}/.well-known/oauth-protected-resource`);
    expect(await metadata.json()).toMatchObject({ authorization_servers: [] });
  });
});
