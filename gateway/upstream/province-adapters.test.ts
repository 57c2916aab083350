import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { loadProvinces } from '../../adapters/provinces/index.ts';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';
import { startProvince } from '../../adapters/sandbox/start-province.ts';
import { ABROAD } from '../../schemas/code-lists/index.ts';
import { type Manifest, manifestSchema } from '../../schemas/manifest.ts';
import { NATIONAL_BASELINE } from '../policy/baseline.ts';
import { compilePolicy } from '../policy/decide.ts';
import { HENAN } from '../registry/registry.fixture.ts';
import { createRegistryState, type RegisteredAdapter, type RegistryState } from '../registry/registry-state.ts';
import { PATIENTLY } from '../test/patience.ts';
import { LOOPBACK_ONLY } from './networks.ts';
import { ProvinceAdapters } from './province-adapters.ts';
import { openUpstreamClient } from './upstream-client.ts';

const baseline = compilePolicy(NATIONAL_BASELINE);
const manifest: Manifest = manifestSchema.parse(JSON.parse(HENAN.manifest));

const QUESTION = {
  token: 'token',
  code: 'a code',
  purpose: 'venue_entry',
  destination: null,
  forms: ['jws'],
  gateway: null,
} as const;

let server: Server;
let waiting: ServerResponse[];
let provinces: ProvinceAdapters;
let opened: number;

beforeEach(async () => {
  waiting = [];
  opened = 0;
  server = createServer((_request, response) => void waiting.push(response));
  const origin = await listenOnLoopback(server);
  const secrets = { app_id: 'sample', app_key: 'sample' };
  const guard = { networks: LOOPBACK_ONLY, onRefused: () => undefined };
  provinces = new ProvinceAdapters({
    accessOf: () => ({
      openClient: (limits) => {
        opened += 1;
        return openUpstreamClient(limits, { origin }, guard);
      },
      secrets: () => secrets,
    }),
    openNode: null,
    nowMs: Date.now,
    onBreaker: () => {},
    onRefresh: () => {},
  });
});
afterEach(async () => {
  await provinces.close();
  server.closeAllConnections();
  server.close();
});

function version(digest: string): RegisteredAdapter {
  return { manifest, digest, stage: 'active', conformance: null };
}
function stateOf(...adapters: RegisteredAdapter[]): RegistryState {
  return createRegistryState({ adapters, mandates: [], baseline, policies: new Map() });
}

test('a version that is replaced drops the questions under way to it', async () => {
  const old = version('old');
  provinces.follow(stateOf(old));
  const answer = provinces.ask(old, QUESTION).then(
    () => 'answered',
    (error: { code: string }) => error.code,
  );
  await vi.waitFor(() => expect(waiting).toHaveLength(1), PATIENTLY);
  provinces.follow(stateOf(version('new')));
  waiting[0]?.writeHead(500).end();
  // A dropped connection would be `reset`; the province's own 500 got through.
  expect(await answer).toBe('status');
  expect(provinces.breakerStates()).toHaveLength(1);
});

test('a scan that began before a change can no longer ask, or its pool is never let go', async () => {
  const old = version('old');
  provinces.follow(stateOf(version('new')));
  const answer = provinces.ask(old, QUESTION).then(
    () => 'answered',
    (error: { code: string }) => error.code,
  );
  await vi.waitFor(() => expect(waiting).toHaveLength(1), PATIENTLY);
  expect(provinces.breakerStates()).toHaveLength(2);
  waiting[0]?.writeHead(500).end();
  expect(await answer).toBe('status');
  provinces.follow(stateOf(version('new')));
  expect(provinces.breakerStates()).toHaveLength(1);
});

test('a system that nobody asks about is opened, or one that is asked twice is opened anew', async () => {
  const [asked, unasked] = [version('asked'), version('unasked')];
  provinces.follow(stateOf(unasked));
  provinces.follow(stateOf(asked));
  expect([opened, provinces.breakerStates().map(({ state }) => state)]).toEqual([0, ['closed']]);
  const answers = ['a', 'b'].map((token) => provinces.ask(asked, { ...QUESTION, token }).catch(() => 'failed'));
  await vi.waitFor(() => expect(waiting).toHaveLength(2), PATIENTLY);
  for (const response of waiting) response.writeHead(500).end();
  expect([await Promise.all(answers), opened]).toEqual([['failed', 'failed'], 1]);
});

test('lists that cannot be had anew decide on and nobody is told', async () => {
  const folder = loadProvinces().find(({ manifest: { province } }) => province === ABROAD);
  if (folder === undefined) throw new Error('no adapter of certificates is shipped');
  const clock = { nowMs: Date.now() };
  const nowMs = () => clock.nowMs;
  const keys = mkdtempSync(join(tmpdir(), 'huren-lists-'));
  onTestFinished(() => rmSync(keys, { recursive: true }));
  const { upstream, announced } = await startProvince(folder, { keys, registered: true, issuer: null, nowMs });
  const heard: string[] = [];
  const decided = new ProvinceAdapters({
    accessOf: () => ({
      openClient: (limits) =>
        openUpstreamClient(
          limits,
          { origin: announced.origin },
          { networks: LOOPBACK_ONLY, onRefused: () => undefined },
        ),
      secrets: () => announced.secrets,
    }),
    openNode: null,
    nowMs,
    onBreaker: () => {},
    onRefresh: (province, fault) => heard.push(`${province} ${fault}`),
  });
  onTestFinished(async () => {
    await decided.close();
    upstream.close();
  });
  const lists: RegisteredAdapter = { ...version('lists'), manifest: folder.manifest };
  const ask = async () => (await decided.ask(lists, { ...QUESTION, token: `HC1:${'0'.repeat(200)}` })).kind;
  expect(await ask()).toBe('absent');
  upstream.faults.set({ status: 500 });
  clock.nowMs += 3_601_000;
  expect(await ask()).toBe('absent');
  await vi.waitFor(() => expect(heard).toEqual(['900000 null', '900000 status']), PATIENTLY);
});
