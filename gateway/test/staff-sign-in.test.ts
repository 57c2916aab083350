import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { readTextUpTo } from '../../schemas/bounded-bytes.ts';
import type { JsonObject } from '../trust/strict-json.ts';
import { PATIENTLY } from './patience.ts';
import { type Platform, startPlatform } from './platform.ts';
import { venueToken } from './venue-token.fixture.ts';

const CLIENT = { clientId: 'the-gateway', clientSecret: 'a-secret-of-the-tests' };
const ASKED = { code: 'YKM1anything', purpose: 'medical_visit' };
/** What comes after access: nobody has given the venue a mandate. */
const LET_IN = [403, 'check_not_permitted'];
/** Codes that were given out, each with the challenge that whoever uses it has to answer. */
const challenges = new Map<string, string>();
/** What the server puts into the token of whoever signs in. */
let claims: JsonObject;
let platform: Platform;
let issuer: string;

/** A province's authorization server where everybody signs in at once: RFC 8414 metadata, code with PKCE, an RFC 9068 token. */
const server = createServer((request, response) => {
  void answer(request.url ?? '', request).then(({ status, headers = {}, body = {} }) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body)),
  );
});

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

async function answer(url: string, body: AsyncIterable<Uint8Array>): Promise<Answer> {
  const { pathname, searchParams } = new URL(url, issuer);
  if (pathname === '/.well-known/oauth-authorization-server') {
    const endpoints = { authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` };
    return { status: 200, body: { issuer, ...endpoints, authorization_response_iss_parameter_supported: true } };
  }
  if (pathname === '/authorize') {
    const code = randomUUID();
    challenges.set(code, searchParams.get('code_challenge') ?? '');
    const back = new URLSearchParams({ code, state: searchParams.get('state') ?? '', iss: issuer });
    return { status: 302, headers: { location: `${searchParams.get('redirect_uri')}?${back}` } };
  }
  const form = new URLSearchParams((await readTextUpTo(body, 16_384)) ?? '');
  const challenge = challenges.get(form.get('code') ?? '');
  challenges.delete(form.get('code') ?? '');
  const verifier = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  if (challenge !== verifier) return { status: 400, body: { error: 'invalid_grant' } };
  const aud = form.get('resource') ?? '';
  const access_token = await venueToken(platform.server, {
    aud,
    sub: 'first-hospital',
    client_id: 'the-gateway',
    ...claims,
  });
  return { status: 200, body: { access_token, token_type: 'Bearer', expires_in: 300 } };
}

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  issuer = `http://127.0.0.1:${port}`;
  platform = await startPlatform({ staffProvider: { issuer, ...CLIENT } });
  await platform.admit();
  const ready = async () =>
    ask({ authorization: `Bearer ${await venueToken(platform.server, { aud: platform.url })}` });
  await vi.waitFor(async () => expect(await ready()).toEqual(LET_IN), PATIENTLY);
});
afterAll(async () => {
  await platform.stop();
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  claims = {};
});

async function ask(headers: Readonly<Record<string, string>>): Promise<unknown[]> {
  const reply = await fetch(`${platform.url}/v1/verifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(ASKED),
  });
  return [reply.status, z.object({ code: z.string() }).parse(await reply.json()).code];
}

/** From the page to the server and back, as a browser goes; gives what the callback answered. */
async function signIn(withCookie = true, page = '/scan', before = ''): Promise<Response> {
  const begun = await fetch(`${platform.url}/scan/login?lang=en&page=${page}`, { redirect: 'manual' });
  const [login = ''] = begun.headers.getSetCookie();
  const atServer = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' });
  const back = (atServer.headers.get('location') ?? '').replace('?', `?${before}`);
  const cookie = withCookie ? { cookie: login.split(';')[0] ?? '' } : {};
  return await fetch(back, { redirect: 'manual', headers: cookie });
}

const sessionIn = (reply: Response) => reply.headers.getSetCookie().find((line) => line.startsWith('huren_staff='));
const cookieOf = (line = '') => line.split(';')[0] ?? '';
const session = async (cookie: string) =>
  await (await fetch(`${platform.url}/scan/session`, { headers: { cookie } })).json();

test('staff that sign in from another page come back elsewhere, or wherever an address says', async () => {
  const backTo = async (page: string) => (await signIn(true, page)).headers.get('location');
  expect([await backTo('/pass'), await backTo('https://other.example')]).toEqual(['/pass?lang=en', '/scan?lang=en']);
});

test('staff that have signed in are no venue, or their session is in reach of scripts and other sites', async () => {
  expect(await session('')).toEqual({ login: true, venue: null });
  const ended = await signIn();
  expect([ended.status, ended.headers.get('location')]).toEqual([303, '/scan?lang=en']);
  const line = sessionIn(ended) ?? '';
  expect(line).toMatch(/; Path=\/; .*HttpOnly; SameSite=Strict/);
  const cookie = cookieOf(line);
  const venue = { client_id: 'first-hospital', kind: 'hospital', region: '410100', destination: '410000' };
  expect(await session(cookie)).toMatchObject({ login: true, venue });
  expect(await ask({ cookie, origin: platform.url })).toEqual(LET_IN);
  expect(cookie).not.toContain('first-hospital');
});

test('a page of another site, or one that does not say which it is, asks in a venue’s name', async () => {
  const cookie = cookieOf(sessionIn(await signIn()));
  expect(await ask({ cookie, origin: 'https://elsewhere.example' })).toEqual([403, 'origin_refused']);
  expect(await ask({ cookie })).toEqual([403, 'origin_refused']);
  expect(await ask({ cookie, origin: 'null' })).toEqual([403, 'origin_refused']);
});

test('a session counts after somebody signed out, once it was altered, or as another page’s', async () => {
  const cookie = cookieOf(sessionIn(await signIn()));
  const origin = platform.url;
  const [name, value = ''] = cookie.split('=', 2);
  const altered = `${name}=${value.slice(0, -4)}${value.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
  expect(await ask({ cookie: altered, origin })).toEqual([401, 'token_missing']);
  expect(await ask({ cookie: cookie.replace('huren_staff', 'huren_operator'), origin })).toEqual([
    401,
    'token_missing',
  ]);
  const copy = cookie;
  await fetch(`${platform.url}/scan/logout`, { method: 'POST', headers: { cookie } });
  expect([await ask({ cookie: copy, origin }), await session(copy)]).toEqual([
    [401, 'token_missing'],
    { login: true, venue: null },
  ]);
});

test.each<[string, JsonObject]>([
  ['of a kind that the province did not admit', { venue_kind: 'prison' }],
  ['of another province', { region: '310000' }],
  ['without the scope', { scope: 'openid' }],
  ['that is bound to a key', { cnf: { jkt: 'x'.repeat(43) } }],
  ['too long for a cookie', { more: 'x'.repeat(2_400) }],
])('whoever is given a token %s has signed in', async (_what, given) => {
  claims = given;
  const ended = await signIn();
  expect([ended.headers.get('location'), sessionIn(ended)]).toEqual(['/scan?login=failed', undefined]);
});

test('a login fails since its provider writes a question mark as it is', async () => {
  const ended = await signIn(true, '/scan', 'of=https://provider.example/?tenant=1&');
  expect(ended.headers.get('location')).toBe('/scan?lang=en');
});

test('a login ends in another browser than it began in', async () => {
  const ended = await signIn(false);
  expect([ended.headers.get('location'), sessionIn(ended)]).toEqual(['/scan?login=failed', undefined]);
});

test('a session outlives its token', async () => {
  const origin = platform.url;
  let [cookie, lifeS] = ['', 1];
  // A machine that has much else to do may be through with it only after a short one has ended.
  const letIn = async () => {
    lifeS *= 2;
    claims = { exp: Math.floor(Date.now() / 1000) + lifeS };
    cookie = cookieOf(sessionIn(await signIn()));
    return await ask({ cookie, origin });
  };
  await expect.poll(letIn).toEqual(LET_IN);
  await expect.poll(() => ask({ cookie, origin })).toEqual([401, 'token_missing']);
});
