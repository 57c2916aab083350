import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readConfig } from '../config.ts';
import { type Gateway, startGateway } from '../main.ts';
import { openVenueClient, sandboxCodes, type VenueClient } from './venue-client.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The gateway was started 30 days ago less five minutes by its own clock: its mandates end in five minutes. */
let nowMs: number;
let dataDir: string;
let gateway: Gateway;
let venue: VenueClient;
let code: string;

beforeAll(async () => {
  nowMs = Date.now();
  dataDir = mkdtempSync(join(tmpdir(), 'huren-mandate-'));
  vi.useFakeTimers({ toFake: ['Date'], now: nowMs - 30 * DAY_MS + 5 * MINUTE_MS });
  const env = { HUREN_PORT: '0', HUREN_DATA_DIR: dataDir, HUREN_LOG_LEVEL: 'silent' };
  gateway = await startGateway(readConfig(env), { sandbox: true });
  vi.setSystemTime(nowMs);
  venue = await openVenueClient(gateway.url);
  const codes = await sandboxCodes(gateway.url);
  code = codes.find(({ province, scenario }) => province === '310000' && scenario === 'green')?.code ?? '';
}, 60_000);
afterAll(async () => {
  await gateway?.close();
  vi.useRealTimers();
  rmSync(dataDir, { recursive: true, force: true });
});

async function readiness() {
  const reply = await fetch(`${gateway.url}/readyz`);
  return { status: reply.status, report: await reply.json() };
}

test('a gateway goes on answering, or does not say why it stopped, when its last mandate lapses', async () => {
  expect(await venue.verify(code)).toMatchObject({ decision: 'pass' });
  expect(await readiness()).toMatchObject({ status: 200, report: { ready: true, mandates: { state: 'active' } } });

  vi.setSystemTime(nowMs + 6 * MINUTE_MS);
  expect(await venue.problem(code)).toMatchObject({ status: 403, code: 'check_not_permitted' });
  const { status, report } = await readiness();
  expect(status).toBe(503);
  expect(report).toMatchObject({
    ready: false,
    reasons: ['mandate_lapsed'],
    mandates: { state: 'lapsed', active: [] },
  });
  expect(await (await fetch(`${gateway.url}/healthz`)).json()).toEqual({ status: 'ok' });
});
