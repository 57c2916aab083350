import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';
import { scenariosSchema } from '../../schemas/scenarios.ts';
import { digestOf, parseManifest } from '../registry/manifest-text.ts';
import { HENAN } from '../registry/registry.fixture.ts';
import { PATIENTLY } from '../test/patience.ts';
import { openLiveCheck } from './live-check.ts';
import { LOOPBACK_ONLY, type Networks, PUBLIC_ONLY } from './networks.ts';
import type { ProvinceAccess } from './province-adapters.ts';
import { openUpstreamClient } from './upstream-client.ts';

const scenarios = scenariosSchema.parse(JSON.parse(HENAN.scenarios));
const parsed = parseManifest(HENAN.manifest, digestOf(HENAN.manifest));
if (parsed === null) throw new Error('Henan has no manifest');
const manifest = { ...parsed, upstream: { ...parsed.upstream, timeout_ms: 300 } };
const CODES = { green: `YKM1${'0'.repeat(32)}` };

/** An upstream that never answers, or the first few alone, with nothing that could be read. */
let answersFirst: number;
let server: Server;
let origin: string;
let asked: number;

beforeEach(async () => {
  [asked, answersFirst] = [0, 0];
  server = createServer((_request, response) => {
    asked += 1;
    if (asked <= answersFirst) response.end('{}');
  });
  origin = await listenOnLoopback(server);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function opened(networks: Networks, codes: Readonly<Record<string, string>> | null = CODES) {
  const secrets = () => ({ app_id: 'sample', app_key: 'sample' });
  const guard = { networks, onRefused: () => undefined };
  const openClient: ProvinceAccess['openClient'] = (limits) => openUpstreamClient(limits, { origin }, guard);
  const parts = { accessOf: () => ({ openClient, secrets }), testCodes: async () => codes, nowMs: Date.now };
  return openLiveCheck(parts, 500);
}

describe('a submission that the server tries', () => {
  test('holds it up for as long as the upstream is silent, or passes', async () => {
    const outcome = await opened(LOOPBACK_ONLY)(manifest, scenarios);
    expect(outcome?.findings.map(({ code }) => code)).toContain('live_unreachable');
    // Twice, if there was time for it.
    expect([1, 2]).toContain(asked);
  });

  test('that falls silent after its first answer is asked everything else in turn', async () => {
    answersFirst = 1;
    const outcome = await opened(LOOPBACK_ONLY)(manifest, scenarios);
    expect(outcome?.findings).not.toEqual([]);
    // One question after another, each given up after 300 ms: a third one would begin after the time for all of it.
    expect(asked).toBeLessThanOrEqual(answersFirst + 2);
  });

  test('leads it into its own network', async () => {
    const outcome = await opened(PUBLIC_ONLY)(manifest, scenarios);
    expect(outcome?.findings).toContainEqual(
      expect.objectContaining({ code: 'live_unreachable', detail: 'came_out {"outcome":"address_refused"}' }),
    );
    expect(asked).toBe(0);
  });

  test('posted twice at once is tried twice', async () => {
    const check = opened(LOOPBACK_ONLY);
    const first = check(manifest, scenarios);
    await vi.waitFor(() => expect(asked).toBe(1), PATIENTLY);
    await expect(check(manifest, scenarios)).rejects.toMatchObject({ code: 'registry_unavailable' });
    await first;
  });

  test.each([
    null,
    {},
    { 'no-scenario-of-this-version': 'YKM1' },
  ])('with no code to try it with (%j) counts as tried', async (codes) => {
    expect(await opened(LOOPBACK_ONLY, codes)(manifest, scenarios)).toBeNull();
    expect(asked).toBe(0);
  });
});
