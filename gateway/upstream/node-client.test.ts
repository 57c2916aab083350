import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { SAMPLE } from '../../adapters/sample-manifest.fixture.ts';
import { type StatementOutcome, statementRequestSchema } from '../../schemas/statement-exchange.ts';
import { makeKey } from '../trust/federation.fixture.ts';
import { questionDigest, signStatementAnswer } from '../trust/statement-answer.ts';
import { LOOPBACK_ONLY } from './networks.ts';
import { openNodeClient } from './node-client.ts';
import { NodeTokens } from './node-tokens.ts';
import type { Question } from './question.ts';
import { openUpstreamClient, type UpstreamClient } from './upstream-client.ts';

const GATEWAY = 'https://gateway.example';
const LIMITS = { ...SAMPLE.upstream, timeout_ms: 2_000, max_connections: 64, max_queue: 64, max_reply_bytes: 24_576 };

let server: Server;
let client: UpstreamClient;
let ask: (question?: Partial<Question>) => Promise<unknown>;
let answer: (response: ServerResponse, body: string) => Promise<void>;
let rereads: number;
let clock: number;
let tokens: string[];

beforeEach(async () => {
  const [issuer, gateway] = await Promise.all([makeKey('statements'), makeKey('answers')]);
  tokens = [];
  server = createServer(async (request, response) => {
    tokens.push(request.headers.authorization ?? '');
    await answer(response, await text(request));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address: AddressInfo | string | null = server.address();
  const node = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  client = openUpstreamClient(LIMITS, { origin: node }, { networks: LOOPBACK_ONLY, onRefused: () => undefined });
  rereads = 0;
  clock = Date.now();
  const asking = openNodeClient({
    node,
    province: '410000',
    client,
    timeoutMs: LIMITS.timeout_ms,
    tokens: new NodeTokens(() => clock),
    keys: async (_node, _province, reread) => {
      if (reread === undefined) return { jwks: { keys: [gateway.jwk] } };
      rereads += 1;
      return { jwks: { keys: [issuer.jwk] } };
    },
    nowMs: () => clock,
  });
  const base: Question = {
    token: 'TOKEN',
    code: 'CODE',
    purpose: 'venue_entry',
    gateway: { entityId: GATEWAY, signer: () => gateway.signer },
  };
  ask = (question = {}) => asking({ ...base, ...question });
  saying = async (outcome) => {
    answer = async (response, body) => {
      const request = statementRequestSchema.parse(JSON.parse(body));
      const iat = Math.floor(clock / 1000);
      const bound = { iss: node, aud: GATEWAY, iat, exp: iat + 60, nonce: request.nonce };
      const claims = { ...bound, question: await questionDigest(request), ...outcome };
      response.end(JSON.stringify({ answer: await signStatementAnswer(claims, issuer.signer) }));
    };
  };
});
let saying: (outcome: StatementOutcome) => Promise<void>;
afterEach(async () => {
  await client.close();
  server.closeAllConnections();
  server.close();
});

describe('a node that is asked', () => {
  test('and says that it is busy is not heard, or not for how long', async () => {
    await saying({ outcome: 'busy', retry_after_s: 3 });
    await expect(ask()).rejects.toMatchObject({ code: 'busy', retryAfterMs: 3_000 });
    expect(client.concurrency()).toBeLessThan(LIMITS.max_connections * 0.6);
    await expect(ask()).rejects.toMatchObject({ code: 'busy' });
    expect(tokens).toHaveLength(1);
  });

  test.each([429, 503])('and refuses with %i is not heard, or not for how long', async (status) => {
    answer = async (response) => void response.writeHead(status, { 'retry-after': '2' }).end('{}');
    await expect(ask()).rejects.toMatchObject({ code: 'busy', retryAfterMs: 2_000 });
  });

  test('and signs with a key that its chain names since is not believed', async () => {
    await saying({ outcome: 'absent', why: 'expired' });
    expect(await ask()).toEqual({ kind: 'absent', why: 'expired' });
    expect(rereads).toBe(1);
  });

  test('about a reference is told of a code', async () => {
    let told: unknown;
    answer = async (response, body) => {
      told = JSON.parse(body);
      response.end('{}');
    };
    await expect(ask({ code: null })).rejects.toMatchObject({ code: 'malformed' });
    expect(told).toEqual({ reference: 'TOKEN', purpose: 'venue_entry', nonce: expect.any(String) });
  });

  test('in nobody’s name is asked', async () => {
    answer = async () => expect.unreachable();
    await expect(ask({ gateway: null })).rejects.toMatchObject({ code: 'credentials' });
    expect(tokens).toEqual([]);
  });

  test('and knows no code of the province is said to know that there is none', async () => {
    await saying({ outcome: 'not_ours' });
    await expect(ask()).rejects.toMatchObject({ code: 'malformed' });
  });

  test('is shown one token for its whole life, a new one each time, or again one that it refused', async () => {
    await saying({ outcome: 'unavailable', reasons: ['issuer_unavailable'] });
    expect(await ask()).toEqual({ kind: 'unavailable', reasons: ['issuer_unavailable'] });
    await ask();
    clock += 31_000;
    await ask();
    expect([tokens[0] === tokens[1], tokens[1] === tokens[2]]).toEqual([true, false]);
    answer = async (response) => void response.writeHead(401).end('{}');
    await expect(ask()).rejects.toMatchObject({ code: 'status' });
    await expect(ask()).rejects.toMatchObject({ code: 'status' });
    expect(
      z
        .tuple([z.string(), z.string()])
        .parse(tokens.slice(-2))
        .map((token) => token === tokens[2]),
    ).toEqual([true, false]);
  });
});
