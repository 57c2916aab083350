import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import { huren } from '../cli/huren.fixture.ts';
import { ConfigError, readConfig } from '../compose/config.ts';
import { PATIENCE_MS } from './patience.ts';
import { startPostgres, type TestPostgres } from './postgres.ts';
import { startRedis, type TestRedis } from './redis.ts';
import { openRegistryCli } from './registry-cli.ts';
import { tempFolder } from './registry-site.fixture.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { pushEvent, signEvent } from './security-event.ts';
import { unplayedProvince } from './unplayed-province.ts';
import {
  codeLike,
  openVenueClient,
  provinceRequests,
  sandboxCode,
  sandboxCodes,
  setFault,
  type VenueClient,
} from './venue-client.ts';

const SECRET = 'a-secret-of-the-tests-that-is-long-enough-0123456789';

const PROCESSES = 3;
const CODES_TRIED = 6;
/** A venue that scans as fast as it is answered would have the new processes wait for a processor, not for it. */
const SCANS_EVERY_MS = 20;
/** One process after another: what counts is that there is always a next one. */
const SLOWLY = { timeout: PATIENCE_MS, interval: 100 };

let redis: TestRedis;
let postgres: TestPostgres;
let gateway: SandboxGateway;
let venue: VenueClient;
let codes: SandboxCode[];
let database: string;
let scanned = 0;

beforeAll(async () => {
  [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
  const settings = { HUREN_REDIS_URL: redis.url, HUREN_CACHE_SECRET: SECRET, HUREN_WORKERS: String(PROCESSES) };
  database = await postgres.createDatabase();
  // Longer than a loaded machine lets a client's connection idle: one that no reply told to close is cut off in the end.
  gateway = await startSandboxGateway({ ...settings, HUREN_DATABASE_URL: database, HUREN_DRAIN_S: '3' });
  venue = await openVenueClient(gateway.url);
  codes = await sandboxCodes(gateway.url);
});
afterAll(async () => {
  expect(await gateway.stop()).toBe(0);
  await Promise.all([redis.stop(), postgres.stop()]);
});

async function freshGreen(province = '310000'): Promise<string> {
  return await codeLike(gateway.url, sandboxCode(codes, province, 'green'));
}

/** Scans over connections of their own, so that every process gets some. */
function scanMany(code: string, times: number) {
  scanned += times;
  const own = () => venue.post('/v1/verifications', { code, purpose: 'medical_visit' }, { connection: 'close' });
  return Promise.all(
    Array.from({ length: times }, async () => {
      const reply = await own();
      return z.object({ decision: z.string().optional(), code: z.string().optional() }).parse(await reply.json());
    }),
  );
}

async function asked(province: string): Promise<number> {
  return (await provinceRequests(gateway.url, province)).length;
}

/** The sum of a metric's samples, over a connection of its own. */
async function counted(name: string): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`, { headers: { connection: 'close' } })).text();
  const samples = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

describe('three processes on one port', () => {
  test('ask a province once each about one new code', async () => {
    const times: number[] = [];
    // So long that every process has the question before the first one has its answer.
    await setFault(gateway.url, '310000', { latencyMs: 150 });
    onTestFinished(() => setFault(gateway.url, '310000', null));
    // One asks for all of them. On a busy machine that can take longer than the others may wait, but not each time.
    while (!times.includes(1) && times.length < CODES_TRIED) {
      const code = await freshGreen();
      const before = await asked('310000');
      const replies = await scanMany(code, 60);
      expect(new Set(replies.map(({ decision, code }) => decision ?? code))).toEqual(new Set(['pass']));
      times.push((await asked('310000')) - before);
    }
    expect([times, times.includes(1), Math.max(...times) <= PROCESSES]).toEqual([times, true, true]);
  });

  test('go on using what one of them was told to forget', async () => {
    // Of a province of its own: its breaker may stay open.
    const province = '330000';
    const code = await freshGreen(province);
    await scanMany(code, 30);
    const { url, dataDir } = gateway;
    const events = { 'urn:huren:event:adapter-flush': {} };
    const event = await signEvent({ url, dataDir, province, events });
    expect((await pushEvent(url, event)).status).toBe(202);
    await setFault(url, province, { status: 503 });
    const replies = await scanMany(code, 30);
    expect(new Set(replies.map(({ decision }) => decision))).toEqual(new Set(['refer']));
    await setFault(url, province, null);
  });

  test('count for themselves', async () => {
    const presented = async () => {
      const reply = await fetch(`${gateway.url}/v1/coverage?window=1h`);
      return z.object({ totals: z.object({ presented: z.number() }) }).parse(await reply.json()).totals.presented;
    };
    await scanMany(await freshGreen(), 50);
    await vi.waitFor(async () => expect(await presented()).toBe(scanned), { timeout: PATIENCE_MS, interval: 200 });
  });

  test('count differently in /metrics whichever of them answers, or not what was scanned', async () => {
    await scanMany(await freshGreen(), 12);
    const seen = await Promise.all(Array.from({ length: 6 }, () => counted('huren_verifications_total')));
    expect(seen).toEqual(Array(6).fill(scanned));
    // A gauge is of one process, and is not added up.
    expect(await counted('huren_mandates_end_seconds')).toBeLessThan(30 * 86_400);
  });

  test('leave a log that nobody but them can check', async () => {
    const anchor = join(gateway.dataDir, 'anchor.json');
    const whole = await huren(['log', 'verify', '--store', database, '--anchor', anchor, '--json']);
    expect([whole.exit, whole.stderr]).toEqual([0, '']);
    expect(JSON.parse(whole.stdout)).toMatchObject({ verified: true, findings: [] });
    const secret = new URL(database).password;
    const away = await huren(['log', 'verify', '--store', database.replace(/:\d+\//, ':9/'), '--anchor', anchor]);
    expect([away.exit, away.stderr.includes('log_unreadable'), away.stderr.includes(secret)]).toEqual([2, true, false]);
  });

  test('leave a province that is registered with one of them to that one alone', async () => {
    const folder = unplayedProvince(tempFolder(onTestFinished));
    const { step, run } = openRegistryCli(gateway);
    await step('registry', 'enrol', 'province:350000');
    await step('adapter', 'submit', folder);
    for (const operator of ['operator-a', 'operator-b']) {
      await step('adapter', 'approve', '350000', '0.1.0', '--as', operator, '--dir', folder);
    }
    await step('adapter', 'activate', '350000', '0.1.0');
    const played = await run('sandbox', 'codes', '--province', '350000', '--json');
    const [green] = z.array(z.object({ scenario: z.string(), code: z.string() })).parse(JSON.parse(played.stdout));
    const replies = await scanMany(green?.code ?? '', 24);
    expect([green?.scenario, new Set(replies.map(({ decision, code }) => decision ?? code))]).toEqual([
      'green',
      new Set(['pass']),
    ]);
  });

  test('drop a request while they are replaced one by one', { timeout: (PROCESSES + 1) * PATIENCE_MS }, async () => {
    const code = await freshGreen();
    const outcomes = new Map<string, number>();
    let done = false;
    const load = Array.from({ length: 4 }, async () => {
      while (!done) {
        // As a client does that is told `connection: close`; a request that was never answered counts as dropped.
        const reply = await venue.post('/v1/verifications', { code, purpose: 'medical_visit' }).catch(() => null);
        const name = reply === null ? 'dropped' : String(reply.status);
        await reply?.arrayBuffer();
        outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
        await delay(SCANS_EVERY_MS);
      }
    });
    const starts = () => gateway.output().split('"replaced"').length - 1;
    const before = starts();
    gateway.signal('SIGHUP');
    try {
      for (let replaced = 1; replaced <= PROCESSES; replaced += 1) {
        await vi.waitFor(() => expect(starts() - before).toBeGreaterThanOrEqual(replaced), SLOWLY);
      }
    } finally {
      done = true;
      await Promise.all(load);
    }
    expect(Object.fromEntries(outcomes)).toEqual({ 200: expect.any(Number) });
    expect(outcomes.get('200')).toBeGreaterThan(50);
    scanned += outcomes.get('200') ?? 0;
    // What the processes that are gone had counted would otherwise be read as a restart, and the rest as new.
    expect(await counted('huren_verifications_total')).toBe(scanned);
  });
});

describe('settings for several processes', () => {
  test.each([
    ['a Redis without the secret', { HUREN_REDIS_URL: 'redis://127.0.0.1:6379' }, /^HUREN_CACHE_SECRET: /],
    ['a Redis of another kind', { HUREN_REDIS_URL: 'http://127.0.0.1' }, /^HUREN_REDIS_URL: /],
    [
      'a Cluster with a bad node',
      { HUREN_REDIS_URL: 'redis://a:1,b:2', HUREN_CACHE_SECRET: SECRET },
      /^HUREN_REDIS_URL: /,
    ],
    ['a secret that is too short', { HUREN_CACHE_SECRET: 'short' }, /^HUREN_CACHE_SECRET: /],
    ['no processes', { HUREN_WORKERS: '0' }, /^HUREN_WORKERS: /],
  ])('%s are taken', (_what, env, message) => {
    expect(() => readConfig(env)).toThrow(ConfigError);
    expect(() => readConfig(env)).toThrow(message);
  });
});
