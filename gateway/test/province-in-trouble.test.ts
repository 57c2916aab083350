import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import { PATIENCE_MS } from './patience.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import {
  codeLike,
  openVenueClient,
  provinceRequests,
  sandboxCode,
  sandboxCodes,
  setFault,
  type VenueClient,
} from './venue-client.ts';

const WITHIN = { timeout: PATIENCE_MS, interval: 100 };

let gateway: SandboxGateway;
let venue: VenueClient;
let codes: SandboxCode[];

beforeAll(async () => {
  gateway = await startSandboxGateway();
  venue = await openVenueClient(gateway.url);
  codes = await sandboxCodes(gateway.url);
});
afterAll(() => gateway.stop());

/** A code that nobody has scanned, with the record of a scenario behind it. */
async function freshCode(province: string, scenario: string): Promise<string> {
  return await codeLike(gateway.url, sandboxCode(codes, province, scenario));
}

async function metricLines(): Promise<string[]> {
  return (await (await fetch(`${gateway.url}/metrics`)).text()).split('\n');
}

async function degraded(): Promise<unknown[]> {
  const reply = await fetch(`${gateway.url}/readyz`);
  return z.object({ degraded: z.array(z.unknown()) }).parse(await reply.json()).degraded;
}

const TROUBLES = [
  ['fails', { status: 500 }, 'issuer_unavailable'],
  ['is too busy', { status: 503, retry_after_s: 0 }, 'issuer_unavailable'],
  ['hangs', { hang: true }, 'issuer_unavailable'],
  ['resets', { reset: true }, 'issuer_unavailable'],
  ['sends garbage', { garbage: true }, 'issuer_reply_invalid'],
  ['sends too much', { oversize: true }, 'issuer_reply_invalid'],
  ['signs wrongly', { bad_signature: true }, 'issuer_signature_invalid'],
] as const;

describe.each([
  ['by way of its node', '410000', '420000'],
  ['itself', '140000', '310000'],
])('a province that is asked %s', (_way, signing, plain) => {
  afterEach(async () => {
    for (const province of [signing, plain]) await setFault(gateway.url, province, null);
  });

  test.each(TROUBLES)('and %s is taken for a colour or becomes a 500', async (_name, fault, reason) => {
    const code = await freshCode(signing, 'green');
    // One fault after another would open the breaker: in between the province answers more often than it fails.
    for (let scan = 0; scan < 2; scan += 1) await venue.verify(await freshCode(signing, 'green'));
    await setFault(gateway.url, signing, fault);
    const reply = await venue.verify(code);
    expect(reply).toMatchObject({ status: 'indeterminate', decision: 'refer', evidence: [] });
    expect(reply.reasons.map((entry) => entry.code)).toContain(reason);
    expect(reply.remedy).not.toBeNull();
    expect(decodeJwt(reply.attestation)).toMatchObject({ status: 'indeterminate', decision: 'refer' });
  });

  test('and hangs keeps another from answering', async () => {
    await setFault(gateway.url, signing, { hang: true });
    const hanging = venue.verify(await freshCode(signing, 'green'));
    expect(await venue.verify(await freshCode(plain, 'green'))).toMatchObject({ decision: 'pass' });
    await hanging;
  });

  test('is asked by each of several concurrent scans of one new code', async () => {
    const code = await freshCode(plain, 'green');
    await setFault(gateway.url, plain, { latencyMs: 300 });
    const before = (await provinceRequests(gateway.url, plain)).length;
    const replies = await Promise.all(Array.from({ length: 20 }, () => venue.verify(code)));
    expect(new Set(replies.map(({ decision }) => decision))).toEqual(new Set(['pass']));
    expect((await provinceRequests(gateway.url, plain)).length - before).toBe(1);
  });

  test('goes on being asked while it fails, or is not asked again once it is well', async () => {
    await setFault(gateway.url, plain, { status: 500 });
    const state = `huren_breaker_state{province="${plain}"}`;
    const isOpen = async () => {
      const reply = await venue.verify(await freshCode(plain, 'green'));
      expect(reply.reasons.map(({ code }) => code)).toEqual(['issuer_unavailable']);
      return (await metricLines()).includes(`${state} 2`);
    };
    await expect.poll(isOpen, WITHIN).toBe(true);
    const before = (await provinceRequests(gateway.url, plain)).length;
    await venue.verify(await freshCode(plain, 'green'));
    expect((await provinceRequests(gateway.url, plain)).length).toBe(before);
    expect(await degraded()).toContainEqual({ province: plain, breaker: 'open' });
    const errors = (await metricLines()).filter((line) =>
      line.startsWith(`huren_upstream_errors_total{province="${plain}"`),
    );
    expect(errors).toContainEqual(expect.stringMatching(/code="status"\} [1-9]/));
    await setFault(gateway.url, plain, null);
    const isWell = async () => (await venue.verify(await freshCode(plain, 'green'))).decision;
    await expect.poll(isWell, WITHIN).toBe('pass');
    expect(await metricLines()).toContain(`${state} 0`);
  });

  test('sees something about the venue', async () => {
    await venue.verify(await freshCode(signing, 'green'), 'a-nonce-of-the-venue');
    const seen = JSON.stringify((await provinceRequests(gateway.url, signing)).at(-1));
    const own = [venue.clientId, venue.token, 'guangzhou', 'hospital', '440100', '440000', 'medical_visit', 'a-nonce'];
    expect(own.filter((word) => seen.includes(word))).toEqual([]);
  });
});
