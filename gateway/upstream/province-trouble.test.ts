import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';
import { type Manifest, manifestSchema } from '../../schemas/manifest.ts';
import { NATIONAL_BASELINE } from '../policy/baseline.ts';
import { compilePolicy } from '../policy/decide.ts';
import { HENAN } from '../registry/registry.fixture.ts';
import { createRegistryState, type RegisteredAdapter } from '../registry/registry-state.ts';
import { LOOPBACK_ONLY } from './networks.ts';
import { ProvinceAdapters } from './province-adapters.ts';
import type { BreakerState } from './province-breaker.ts';
import { sharedAsk } from './shared-ask.ts';
import { openUpstreamClient } from './upstream-client.ts';

/** Asked over real HTTP, by a driver that signs its questions; the reply is what a test makes of the token. */
const HENAN_ITSELF: Manifest = { ...manifestSchema.parse(JSON.parse(HENAN.manifest)), statement: null };

let server: Server;
let provinces: ProvinceAdapters;
let adapter: RegisteredAdapter;
let heard: BreakerState[];
let asked: string[];
let answer: (token: string, response: ServerResponse) => void;

const found = (response: ServerResponse) => response.end('{"code":"0000","data":{"color":"G"}}');

beforeEach(async () => {
  heard = [];
  asked = [];
  server = createServer((request: IncomingMessage, response) => {
    void text(request).then((body) => {
      const token = String(JSON.parse(body).code);
      asked.push(token);
      answer(token, response);
    });
  });
  const origin = await listenOnLoopback(server);
  const guard = { networks: LOOPBACK_ONLY, onRefused: () => undefined };
  provinces = new ProvinceAdapters({
    accessOf: () => ({
      openClient: (limits) => openUpstreamClient(limits, { origin }, guard),
      secrets: () => ({ app_id: 'sample', app_key: 'sample' }),
    }),
    openNode: null,
    nowMs: Date.now,
    onBreaker: (_province, state) => heard.push(state),
    onRefresh: () => {},
  });
  adapter = { manifest: HENAN_ITSELF, digest: 'henan', stage: 'active', conformance: null };
  const baseline = compilePolicy(NATIONAL_BASELINE);
  provinces.follow(createRegistryState({ adapters: [adapter], mandates: [], baseline, policies: new Map() }));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await provinces.close();
  server.closeAllConnections();
  server.close();
});

/** What comes of one question: the kind of its answer, or the code of its failure. */
async function ask(token: string): Promise<string> {
  return await shared(adapter, {
    token,
    code: token,
    purpose: 'venue_entry',
    destination: null,
    forms: ['jws'],
    gateway: null,
  }).then(
    ({ kind }) => kind,
    (error: { code: string }) => error.code,
  );
}

const shared = sharedAsk((one, question) => provinces.ask(one, question));

const many = (count: number, name: string) => Array.from({ length: count }, (_, n) => `${name}-${n}`);

/** Time that has passed for breaker, limit and memory; sockets live by the real one. */
function passMs(): (ms: number) => void {
  const now = performance.now.bind(performance);
  let aheadMs = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now() + aheadMs);
  return (ms) => {
    aheadMs += ms;
  };
}

describe('a code that its system cannot bear', () => {
  test('takes the province away from everybody else', async () => {
    answer = (token, response) => void (token === 'poison' ? response.writeHead(500).end() : found(response));
    for (let n = 0; n < 20; n += 1) expect(await ask('poison')).toBe('status');
    const healthy = await Promise.all(many(20, 'healthy').map(ask));
    expect([healthy.filter((one) => one === 'found').length, heard]).toEqual([20, []]);
  });

  test('is asked about again at once, or never again', async () => {
    const pass = passMs();
    let isMended = false;
    answer = (_token, response) => void (isMended ? found(response) : response.writeHead(500).end('王某某'));
    for (let n = 0; n < 5; n += 1) expect(await ask('poison')).toBe('status');
    expect(asked).toEqual(['poison']);
    isMended = true;
    pass(2_100);
    expect(await ask('poison')).toBe('found');
  });

  test('is not asked about when its province says that something has changed', async () => {
    answer = (_token, response) => void response.writeHead(500).end();
    expect(await ask('poison')).toBe('status');
    answer = (_token, response) => void found(response);
    provinces.forgetFailures('330000');
    expect(await ask('poison')).toBe('status');
    provinces.forgetFailures('410000');
    expect(await ask('poison')).toBe('found');
  });

  test('is asked about once by everybody who scans it together', async () => {
    answer = (_token, response) => void response.writeHead(500).end();
    await Promise.all(many(30, 'x').map(() => ask('poison')));
    expect(asked).toHaveLength(1);
  });
});

describe('codes that nobody knows', () => {
  test.each([400, 404, 422])('take the province away where it says so by %i', async (status) => {
    answer = (token, response) =>
      void (token.startsWith('typo') ? response.writeHead(status).end('{}') : found(response));
    for (const token of many(20, 'typo')) expect(await ask(token)).toBe('undeclared');
    expect(await Promise.all(many(5, 'healthy').map(ask))).toEqual(Array(5).fill('found'));
    expect(heard).toEqual([]);
  });
});

describe('an outage', () => {
  test('is not noticed, or not for as long as it lasts', async () => {
    const pass = passMs();
    let isMended = false;
    answer = (_token, response) => void (isMended ? found(response) : response.writeHead(500).end());
    for (const token of many(10, 'down')) expect(await ask(token)).toBe('status');
    expect(await ask('one more')).toBe('breaker_open');
    expect(heard).toEqual(['open']);
    pass(1_100);
    expect(await ask('first try')).toBe('status');
    isMended = true;
    pass(1_100);
    expect(await ask('second try')).toBe('found');
    expect(heard).toEqual(['open', 'half-open', 'open', 'half-open', 'closed']);
  });
});

describe('a province that is asked too much', () => {
  test('goes on being asked as fast as codes are scanned, or is taken for dead', async () => {
    const pass = passMs();
    answer = (_token, response) => void response.writeHead(503).end();
    for (const round of many(8, 'round')) {
      for (const token of many(20, round)) expect(await ask(token)).toBe('busy');
      pass(110);
    }
    // The first two rounds in full; then it is left alone for a little longer each time.
    expect(asked.length).toBeLessThan(70);
    expect(heard).toEqual([]);
  });

  test('is not asked about a code again because of it', async () => {
    answer = (_token, response) => void response.writeHead(503).end();
    expect(await ask('code')).toBe('busy');
    answer = (_token, response) => void found(response);
    expect(await ask('code')).toBe('found');
  });

  test('is asked before the time that it names is over, or not after it', async () => {
    const pass = passMs();
    answer = (_token, response) => void response.writeHead(429, { 'retry-after': '3' }).end();
    expect(await ask('first')).toBe('busy');
    answer = (_token, response) => void found(response);
    expect(await ask('second')).toBe('busy');
    pass(2_900);
    expect(await ask('third')).toBe('busy');
    expect(asked).toEqual(['first']);
    pass(200);
    expect(await ask('first')).toBe('found');
  });

  test('is taken for one that has recovered, by the question that tries', async () => {
    const pass = passMs();
    answer = (_token, response) => void response.writeHead(500).end();
    for (const token of many(10, 'down')) await ask(token);
    pass(1_100);
    answer = (_token, response) => void response.writeHead(503).end();
    expect(await ask('try')).toBe('busy');
    expect(provinces.breakerStates()).toMatchObject([{ state: 'half-open' }]);
    answer = (_token, response) => void response.writeHead(500).end();
    expect(await ask('another')).toBe('status');
    expect(heard).toEqual(['open', 'half-open', 'open']);
  });
});
