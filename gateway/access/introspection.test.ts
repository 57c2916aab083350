import { beforeEach, expect, test } from 'vitest';
import type { AuthorizationServer } from '../trust/entity-resolver.ts';
import { makeKey } from '../trust/federation.fixture.ts';
import { Introspection, WORD_COUNTS_MS } from './introspection.ts';

const key = await makeKey('attestation');
const ENDPOINT = 'https://venues.example/introspect';
const SERVER: AuthorizationServer = {
  issuer: 'https://venues.example',
  province: '410000',
  venueKinds: ['hospital'],
  regions: ['41'],
  jwks: { keys: [key.jwk] },
  introspectionEndpoint: ENDPOINT,
};
const ASKED = { hash: 'hash', token: 'a.b.c', clientId: 'a-venue' };

let nowMs: number;
let asked: number;
/** What the server answers; null: it is away. */
let reply: { readonly status: number; readonly text: string } | null;
let introspection: Introspection;

beforeEach(() => {
  nowMs = Date.now();
  asked = 0;
  reply = { status: 200, text: '{"active":true}' };
  introspection = new Introspection({
    post: async () => {
      asked += 1;
      if (reply === null) throw new Error('away');
      return { status: reply.status, bytes: Buffer.from(reply.text) };
    },
    gatewayOf: () => ({ entityId: 'https://gateway.example', signer: key.signer }),
    nowMs: () => nowMs,
  });
});

const outcome = async () =>
  await introspection.isActive(ASKED, SERVER).catch((error: unknown) => {
    return error instanceof Error && 'code' in error ? error.code : error;
  });

test('a word is asked for at every scan, or counts for longer than it may', async () => {
  expect(await Promise.all([outcome(), outcome(), outcome()])).toEqual([true, true, true]);
  expect(asked).toBe(1);
  reply = { status: 200, text: '{"active":false}' };
  nowMs += WORD_COUNTS_MS - 1;
  expect([await outcome(), asked]).toEqual([true, 1]);
  nowMs += 1;
  expect([await outcome(), asked]).toEqual([false, 2]);
});

test.each([
  ['away', null],
  ['in trouble', { status: 503, text: '' }],
  ['refusing us', { status: 401, text: '{"active":true}' }],
  ['saying nothing', { status: 200, text: '{}' }],
  ['saying it in other words', { status: 200, text: '{"active":"true"}' }],
])('a server that is %s has a token accepted, or refused for good', async (_what, said) => {
  reply = said;
  expect([await outcome(), await outcome(), asked]).toEqual(['unavailable', 'unavailable', 1]);
  reply = { status: 200, text: '{"active":true}' };
  nowMs += 1_000;
  expect([await outcome(), asked]).toEqual([true, 2]);
});

test('a word about another client’s token counts', async () => {
  reply = { status: 200, text: '{"active":true,"client_id":"another"}' };
  expect(await outcome()).toBe(false);
});
