import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeKey } from '../../adapters/sandbox/keys.ts';
import { type SandboxProvider, startProvider } from '../../adapters/sandbox/provider.ts';
import { LOOPBACK_ONLY } from '../upstream/networks.ts';
import { openOutgoing } from '../upstream/outgoing.ts';
import { LOGIN_LIFETIME_MS } from './code-login.ts';
import { OperatorLogin, SESSION_LIFETIME_MS } from './operator-login.ts';
import { CookieSeal } from './sealed-cookie.ts';
import { openSeenOnce, type SeenOnce } from './seen-once.ts';

const SECRET = 'a-secret-of-the-tests-that-is-long-enough-0123456789';
const GATEWAY = 'http://127.0.0.1:9';
const OPERATOR = { account: 'a', entityId: 'https://operator.example', name: { zh: '甲', en: 'A' } };

let provider: SandboxProvider;
const outgoing = openOutgoing({ networks: LOOPBACK_ONLY, onRefused: () => {}, nowMs: Date.now });
let clock: { nowMs: number };
let ended: SeenOnce;

beforeAll(async () => {
  const registryPage = { base: GATEWAY, operators: [OPERATOR], key: makeKey('P-256') };
  provider = await startProvider({ servers: [], registryPage, configuration: null });
});
afterAll(async () => {
  provider.close();
  await outgoing.close();
});
beforeEach(() => {
  clock = { nowMs: Date.now() };
  ended = openSeenOnce('session', null, SESSION_LIFETIME_MS);
});

function instance(secret: string | null = SECRET): OperatorLogin {
  const { client_id: clientId, client_secret: clientSecret } = provider.operatorClient;
  return new OperatorLogin({
    provider: { issuer: provider.issuer, clientId, clientSecret },
    gatewayId: GATEWAY,
    fetch: outgoing.documents.fetch,
    seal: new CookieSeal(secret),
    ended,
    nowMs: () => clock.nowMs,
  });
}

/** What a browser does between both ends of a login; gives the query that the provider sends it back with. */
async function atProvider(url: string): Promise<string> {
  const cookies = new Map<string, string>();
  let next: { url: string; body?: string } = { url };
  for (let step = 0; step < 8; step += 1) {
    const { body } = next;
    const reply = await fetch(next.url, {
      redirect: 'manual',
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        cookie: [...cookies].map((pair) => pair.join('=')).join('; '),
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(body === undefined ? {} : { body }),
    });
    for (const line of reply.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=', 2);
      cookies.set(name, value);
    }
    const to = reply.headers.get('location');
    if (to?.startsWith(GATEWAY) === true) return new URL(to).search.slice(1);
    next = to === null ? { url: next.url, body: `account=${OPERATOR.account}` } : { url: new URL(to, url).href };
  }
  throw new Error('the provider does not send anybody back');
}

async function logIn(login: OperatorLogin): Promise<string> {
  const begun = await login.begin('/registry');
  const session = await login.end(begun.cookie, await atProvider(begun.url));
  if (session === null) throw new Error('no session');
  return session.cookie;
}

describe('a login', () => {
  test('ends only where it began, or is not known to another instance', async () => {
    const [a, b] = [instance(), instance()];
    const begun = await a.begin('/registry?lang=en');
    const session = await b.end(begun.cookie, await atProvider(begun.url));
    expect(session?.returnTo).toBe('/registry?lang=en');
    expect(await a.session(session?.cookie ?? null)).toMatchObject({ entityId: OPERATOR.entityId, name: '甲 A' });
    expect(await instance(null).session(session?.cookie ?? null)).toBeNull();
  });

  test('is pushed out by strangers who begin one', async () => {
    const login = instance(null);
    const begun = await login.begin('/registry');
    const query = await atProvider(begun.url);
    for (let n = 0; n < 1_100; n += 1) await login.begin('/registry');
    const session = await login.end(begun.cookie, query);
    expect(await login.session(session?.cookie ?? null)).not.toBeNull();
  });

  test('ends with the cookie of another, twice, late, or by a session’s cookie', async () => {
    const login = instance();
    const [mine, other] = [await login.begin('/registry'), await login.begin('/registry')];
    const query = await atProvider(mine.url);
    expect(await login.end(null, query)).toBeNull();
    expect(await login.end(other.cookie, query)).toBeNull();
    const session = await login.end(mine.cookie, query);
    expect(session).not.toBeNull();
    expect(await login.end(mine.cookie, query)).toBeNull();
    expect(await login.session(mine.cookie)).toBeNull();
    expect(await login.end(session?.cookie ?? null, query)).toBeNull();
    const late = await login.begin('/registry');
    const lateQuery = await atProvider(late.url);
    clock.nowMs += LOGIN_LIFETIME_MS;
    expect(await login.end(late.cookie, lateQuery)).toBeNull();
  });
});

describe('a session', () => {
  test('goes on after its end, or after it was logged out by whoever keeps a copy', async () => {
    const [a, b] = [instance(), instance()];
    const [first, second] = [await logIn(a), await logIn(a)];
    await a.logOut(first);
    expect([await b.session(first), await b.session(second)]).toEqual([
      null,
      expect.objectContaining({ name: '甲 A' }),
    ]);
    clock.nowMs += SESSION_LIFETIME_MS;
    expect(await b.session(second)).toBeNull();
  });
});
