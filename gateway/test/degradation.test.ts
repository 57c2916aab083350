import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import { huren } from '../cli/huren.fixture.ts';
import { PATIENCE_MS } from './patience.ts';
import { startPostgres, type TestPostgres } from './postgres.ts';
import { startRedis, type TestRedis } from './redis.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { pushEvent, signEvent } from './security-event.ts';
import { codeLike, openVenueClient, sandboxCode, sandboxCodes, type VenueClient } from './venue-client.ts';

const WITHIN = { timeout: PATIENCE_MS, interval: 100 };

let redis: TestRedis;
let postgres: TestPostgres;
let gateway: SandboxGateway;
let venue: VenueClient;
let codes: SandboxCode[];

beforeAll(async () => {
  [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
  gateway = await startSandboxGateway({
    HUREN_REDIS_URL: redis.url,
    HUREN_CACHE_SECRET: 'a-secret-of-the-tests-that-is-long-enough-0123456789',
    HUREN_DATABASE_URL: await postgres.createDatabase(),
  });
  venue = await openVenueClient(gateway.url);
  codes = await sandboxCodes(gateway.url);
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([redis.stop(), postgres.stop()]);
});

async function degraded(): Promise<unknown[]> {
  const reply = await fetch(`${gateway.url}/readyz`);
  expect(reply.status).toBe(200);
  return z.object({ degraded: z.array(z.unknown()) }).parse(await reply.json()).degraded;
}

async function freshGreen(): Promise<string> {
  return await codeLike(gateway.url, sandboxCode(codes, '410000', 'green'));
}

function flush(): Promise<string> {
  const { url, dataDir } = gateway;
  return signEvent({ url, dataDir, province: '410000', events: { 'urn:huren:event:adapter-flush': {} } });
}

describe('Redis away', () => {
  test('stops answers, is not told, or an event is taken that others will never hear of', async () => {
    const code = await freshGreen();
    await venue.verify(code);
    await redis.nodes[0]?.kill();
    await vi.waitFor(async () => expect(await degraded()).toEqual([{ store: 'redis', state: 'unreachable' }]), WITHIN);
    expect(await venue.verify(code)).toMatchObject({ decision: 'pass' });
    expect(await venue.verify(await freshGreen())).toMatchObject({ decision: 'pass' });
    const event = await flush();
    const refused = await pushEvent(gateway.url, event);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    // Another instance may have answered this very question: what an audit shows cannot be taken back.
    expect(await auditOutcome(code)).toContain('unavailable');
    await redis.nodes[0]?.start();
    await vi.waitFor(async () => expect(await degraded()).toEqual([]), WITHIN);
    expect((await pushEvent(gateway.url, event)).status).toBe(202);
    expect(await auditOutcome(code)).toContain('"verified": true');
  });
});

describe('PostgreSQL away', () => {
  test('stops answers, is not told, or a registry write is taken', async () => {
    const before = await presented();
    await postgres.shutDown();
    const store = { store: 'database', state: 'unreachable' };
    await vi.waitFor(async () => expect(await degraded()).toEqual([store]), WITHIN);
    expect(await venue.verify(await freshGreen())).toMatchObject({ decision: 'pass' });
    const coverage = await fetch(`${gateway.url}/v1/coverage`);
    expect([coverage.status, await codeOf(coverage)]).toEqual([503, 'unavailable']);
    expect(await writeToRegistry()).toEqual([503, 'unavailable']);
    await postgres.start();
    await vi.waitFor(async () => expect(await degraded()).toEqual([]), WITHIN);
    // The scan that was answered meanwhile is counted as well.
    expect(await presented()).toBe(before + 1);
    expect(await writeToRegistry()).not.toContain('unavailable');
  });
});

async function presented(): Promise<number> {
  const reply = await fetch(`${gateway.url}/v1/coverage`);
  return z.object({ totals: z.object({ presented: z.number() }) }).parse(await reply.json()).totals.presented;
}

async function auditOutcome(code: string): Promise<string> {
  const env = { HUREN_URL: gateway.url, HUREN_DATA_DIR: gateway.dataDir };
  const ran = await huren(['audit', code, '--mandate', 'sandbox-special-venues', '--json'], env);
  return ran.stdout + ran.stderr;
}

/** No event at all: with the log at hand it is refused for what it is. */
async function writeToRegistry(): Promise<[number, string]> {
  const headers = { 'content-type': 'application/jose' };
  const reply = await fetch(`${gateway.url}/v1/registry/events`, { method: 'POST', headers, body: 'e30.e30.AA' });
  return [reply.status, await codeOf(reply)];
}

async function codeOf(reply: Response): Promise<string> {
  return z.object({ code: z.string() }).parse(await reply.json()).code;
}
