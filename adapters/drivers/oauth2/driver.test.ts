import { createLocalJWKSet, exportJWK, generateKeyPair, type JWK, jwtVerify } from 'jose';
import { describe, expect, test, vi } from 'vitest';
import { PATIENTLY } from '../../../gateway/test/patience.ts';
import { UpstreamError } from '../../upstream-error.ts';
import type { DriverContext } from '../driver.ts';
import { OUTCOME, openLoopback, type Received } from '../loopback.fixture.ts';
import { oauth2 } from './driver.ts';

const settings = { path: '/api', token_path: '/token', code_member: 'code', outcome: OUTCOME, record_at: '/data' };
const config = { name: 'oauth2', scope: 'status', ...settings } as const;
const failure = (code: string) => expect.objectContaining({ code });

async function makeKey(): Promise<{ jwk: JWK; publicJwk: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  return {
    jwk: { ...(await exportJWK(privateKey)), kid: 'k1' },
    publicJwk: { ...(await exportJWK(publicKey)), kid: 'k1' },
  };
}

/** The system: numbered bearer tokens; the latest one alone is good. The assertion is checked after the test's request. */
async function openSystem(
  clientKey: string,
  tokenReply: (number: number) => { status?: number; body: unknown } = lend,
) {
  const state = { issued: 0, revoked: false };
  function handle({ path, headers }: Received) {
    if (path === '/token') {
      state.revoked = false;
      return tokenReply(++state.issued);
    }
    const good = !state.revoked && headers['authorization'] === `Bearer token-${state.issued}`;
    return good ? { body: { code: 0, data: { a: 1 } } } : { status: 401, body: {} };
  }
  const secrets = { issuer: 'https://as.invalid', client_id: 'gateway', client_key: clientKey };
  const system = await openLoopback(secrets, handle);
  const context: DriverContext = system.context;
  return { ...system, state, ask: oauth2.open(config, null, context) };
}

function lend(number: number) {
  return { body: { access_token: `token-${number}`, token_type: 'Bearer', expires_in: 300 } };
}

describe('oauth2', () => {
  test('the token request is signed with the client’s key, for this issuer, and one token serves many callers', async () => {
    const { jwk, publicJwk } = await makeKey();
    const { ask, received, state } = await openSystem(JSON.stringify(jwk));
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask('tok')));
    expect(answers[3]).toEqual({ kind: 'found', record: { a: 1 }, statement: null });
    expect(state.issued).toBe(1);
    const form = new URLSearchParams(received[0]?.body);
    expect(form.get('grant_type')).toBe('client_credentials');
    expect(form.get('scope')).toBe('status');
    const assertion = form.get('client_assertion') ?? '';
    const options = { issuer: 'gateway', subject: 'gateway', audience: 'https://as.invalid', algorithms: ['ES256'] };
    await expect(jwtVerify(assertion, createLocalJWKSet({ keys: [publicJwk] }), options)).resolves.toBeDefined();
    const stranger = (await makeKey()).publicJwk;
    await expect(jwtVerify(assertion, createLocalJWKSet({ keys: [stranger] }), options)).rejects.toThrow();
  });

  test('a token is renewed before it ends', async () => {
    const { ask, clock, state } = await openSystem(JSON.stringify((await makeKey()).jwk));
    await ask('tok');
    clock.nowMs += 269_000;
    await ask('tok');
    expect(state.issued).toBe(1);
    clock.nowMs += 1_000;
    // The early renewal withdraws the old token here, so this answer may need the second try.
    await expect(ask('tok')).resolves.toMatchObject({ kind: 'found' });
    await vi.waitFor(() => expect(state.issued).toBe(2), PATIENTLY);
  });

  test('a token withdrawn upstream is replaced once; a second refusal is about credentials', async () => {
    const { ask, state, received } = await openSystem(JSON.stringify((await makeKey()).jwk));
    await ask('tok');
    state.revoked = true;
    await expect(ask('tok')).resolves.toMatchObject({ kind: 'found' });
    expect(state.issued).toBe(2);
    const stubborn = await openSystem(JSON.stringify((await makeKey()).jwk), () => lend(99));
    await expect(stubborn.ask('tok')).rejects.toThrow(failure('credentials'));
    expect(stubborn.received.filter(({ path }) => path === '/api')).toHaveLength(2);
    expect(received.filter(({ path }) => path === '/token')).toHaveLength(2);
  });

  test.each([
    ['the client is refused', { status: 401, body: { error: 'invalid_client' } }, 'credentials'],
    ['the scope is refused', { status: 400, body: { error: 'invalid_scope' } }, 'credentials'],
    ['the token endpoint is down', { status: 500, body: {} }, 'status'],
    ['the token endpoint is too busy', { status: 503, body: {} }, 'busy'],
    ['the token endpoint redirects', { status: 302, body: {} }, 'redirect'],
    ['the reply has no token', { body: { hello: 1 } }, 'malformed'],
    ['the reply is garbage', { body: '<html>' }, 'malformed'],
  ])('when %s', async (_defect, reply, code) => {
    const { ask } = await openSystem(JSON.stringify((await makeKey()).jwk), () => reply);
    await expect(ask('tok')).rejects.toThrow(failure(code));
  });

  test.each([
    ['no JSON'],
    ['{}'],
    ['{"kty":"oct","k":"AAAA"}'],
  ])('a key that cannot sign is named, not sent: %s', async (key) => {
    const { ask, received } = await openSystem(key);
    await expect(ask('tok')).rejects.toThrow(failure('credentials'));
    expect(received).toEqual([]);
  });

  test('a failure of the wire keeps its own code', async () => {
    const { context } = await openLoopback(
      { issuer: 'https://as.invalid', client_id: 'g', client_key: JSON.stringify((await makeKey()).jwk) },
      () => lend(1),
    );
    const broken = { ...context, fetch: () => Promise.reject(new UpstreamError('timeout', 'too slow')) };
    await expect(oauth2.open(config, null, broken)('tok')).rejects.toThrow(failure('timeout'));
  });
});
