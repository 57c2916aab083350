import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SandboxVenue, sandboxCodesSchema, sandboxRequestsSchema, venueSchema } from '../../schemas/sandbox.ts';
import { loadProvinces } from '../provinces/index.ts';
import { compileRecognisers } from '../recogniser.ts';
import {
  AUDIENCE,
  adapterOf,
  control,
  controlled,
  type ForkedSandbox,
  forkSandbox,
  upstreamOf,
  whenEnded,
} from './sandbox.fixture.ts';

let sandbox: ForkedSandbox;
beforeAll(async () => {
  sandbox = await forkSandbox();
});
afterAll(async () => await sandbox.stop());

describe('control API', () => {
  test('nobody without the token gets in', async () => {
    const { origin } = sandbox.ready.control;
    expect((await fetch(`${origin}/codes`)).status).toBe(401);
    expect((await fetch(`${origin}/codes`, { headers: { authorization: 'Bearer guess' } })).status).toBe(401);
  });

  test('an unknown path and a wrong method are told apart', async () => {
    expect((await control(sandbox, 'GET', '/nothing')).status).toBe(404);
    expect((await control(sandbox, 'DELETE', '/codes')).status).toBe(405);
  });

  test.each([
    [{ latencyMs: -1 }],
    [{ flap: 0 }],
    [{ status: 200 }],
    [{ hang: false }],
    [{ hang: true, reset: true }],
    [{}],
  ])('the fault %j is refused', async (fault) => {
    expect((await control(sandbox, 'PUT', '/faults', { province: '410000', fault })).status).toBe(400);
  });

  test('what the province received is kept as received, and says nothing about a venue', async () => {
    const codes = await controlled(sandbox, sandboxCodesSchema, 'GET', '/codes');
    const green = codes.find(({ province, scenario }) => province === '440000' && scenario === 'green');
    const recognise = compileRecognisers(loadProvinces().map(({ manifest }) => manifest));
    const token = recognise(green?.code ?? '')?.token ?? '';
    const scan = async () => await adapterOf(sandbox, '440000').ask(token);
    expect((await scan()).kind).toBe('found');
    const kept = await controlled(sandbox, sandboxRequestsSchema, 'GET', '/requests?province=440000');
    const last = kept.at(-1);
    expect(last?.body).toBe(JSON.stringify({ encode: token }));
    expect(last?.headers['x-tif-signature']).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(last)).not.toMatch(/hospital|venue|440100/);
    const numbers = kept.map(({ number }) => number);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
    await scan();
    const after = await controlled(sandbox, sandboxRequestsSchema, 'GET', '/requests?province=440000');
    expect((after.at(-1)?.number ?? 0) - (last?.number ?? 0)).toBe(1);
  });
});

describe('venues and their provider', () => {
  async function tokenFor(venue: SandboxVenue, more: Record<string, string> = {}) {
    const reply = await fetch(venue.token_endpoint, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${venue.client_id}:${venue.client_secret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...more }),
    });
    const body: unknown = await reply.json();
    return { status: reply.status, body: new Map(Object.entries(Object(body))) };
  }

  test('every venue gets a JWT of RFC 9068 for the gateway that says where it stands', async () => {
    const venues = await controlled(sandbox, venueSchema.array(), 'GET', '/venues');
    const [bound] = venues.filter((venue) => venue.dpop_bound_access_tokens);
    // One that is bound to a key gets none without a proof of it.
    expect(bound === undefined ? 200 : (await tokenFor(bound)).status).toBe(400);
    for (const venue of venues.filter((one) => !one.dpop_bound_access_tokens)) {
      const { body } = await tokenFor(venue);
      const server = sandbox.ready.servers.find(({ province }) => province === venue.destination);
      const keys = createRemoteJWKSet(new URL(server?.jwksUri ?? ''));
      const options = {
        issuer: server?.issuer ?? '',
        audience: AUDIENCE,
        typ: 'at+jwt',
        algorithms: ['ES256'],
      };
      const { payload } = await jwtVerify(String(body.get('access_token')), keys, options);
      expect(payload).toMatchObject({
        venue_id: venue.venue,
        venue_kind: venue.kind,
        region: venue.region,
        scope: 'verify',
        client_id: venue.client_id,
      });
      expect(Number(payload.exp) - Number(payload.iat)).toBe(600);
    }
  });

  test('provinces share an authorization server, or its keys', () => {
    const { servers, venues } = sandbox.ready;
    expect(servers.map(({ province }) => province)).toEqual([...new Set(venues.map((one) => one.destination))].sort());
    for (const of of [servers.map(({ issuer }) => issuer), servers.map(({ jwk }) => jwk.x)]) {
      expect(new Set(of).size).toBe(servers.length);
    }
  });

  test('a client is what it asks to be, not what it was registered as', async () => {
    const [venue] = sandbox.ready.venues;
    if (venue === undefined) throw new Error('no venue');
    const wishes = { venue_kind: 'prison', region: '310000', venue_id: 'another', client_id: venue.client_id };
    const claims = JSON.stringify({ access_token: { venue_kind: { value: 'prison' }, region: { value: '310000' } } });
    for (const wish of [wishes, { claims }, { ...wishes, claims, authorization_details: `[${claims}]` }]) {
      const { body } = await tokenFor(venue, wish);
      const token = body.get('access_token');
      // Refusing such a request would be as good.
      if (token === undefined) continue;
      const registered = { venue_kind: venue.kind, region: venue.region, venue_id: venue.venue };
      expect(decodeJwt(String(token))).toMatchObject(registered);
    }
    expect((await tokenFor(venue, wishes)).status).toBe(200);
  });

  test('client_secret_post works, naming scope and resource too', async () => {
    const [venue] = sandbox.ready.venues;
    if (venue === undefined) throw new Error('no venue');
    const { client_id, client_secret, scope, resource } = venue;
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret, scope, resource });
    const reply = await fetch(venue.token_endpoint, { method: 'POST', body });
    expect(reply.status).toBe(200);
  });

  test('a wrong secret and another audience are refused, another scope is not granted', async () => {
    const [venue] = sandbox.ready.venues;
    if (venue === undefined) throw new Error('no venue');
    expect((await tokenFor({ ...venue, client_secret: 'guess' })).status).toBe(401);
    expect((await tokenFor(venue, { resource: 'https://elsewhere.invalid' })).status).toBe(400);
    expect((await tokenFor(venue, { scope: 'admin' })).body.get('scope')).toBeUndefined();
  });

  test('the first venue is the hospital of the examples, and one ordinary venue stands in a low-risk region', () => {
    expect(sandbox.ready.venues[0]).toMatchObject({ kind: 'hospital', region: '440100' });
    expect(sandbox.ready.venues.some(({ kind }) => kind === 'supermarket')).toBe(true);
  });
});

describe('life and death of the child', () => {
  test('it ends by itself when its parent is gone', async () => {
    const orphan = await forkSandbox();
    orphan.child.disconnect();
    expect(await whenEnded(orphan.child)).toBe(0);
    await expect(fetch(orphan.ready.control.origin)).rejects.toThrow();
  });

  test('a restart in the same data directory keeps the keys', async () => {
    const first = await forkSandbox();
    const kidOf = (one: ForkedSandbox) => upstreamOf(one, '410000').statementKey?.kid;
    first.child.disconnect();
    await whenEnded(first.child);
    const second = await forkSandbox(first.dataDir);
    expect(kidOf(second)).toBe(kidOf(first));
    await second.stop();
  });

  test('a start message that is not one is answered with the reason', async () => {
    await expect(forkSandbox('')).rejects.toThrow();
  });
});
