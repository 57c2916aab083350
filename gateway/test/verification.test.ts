import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { attestationClaimsSchema } from '../../schemas/attestation.ts';
import { problemSchema } from '../../schemas/problem.ts';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import { filesBelow, secretsIn } from './left-behind.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import {
  openVenueClient,
  postRecord,
  provinceRequests,
  sandboxCodes,
  setFault,
  type VenueClient,
} from './venue-client.ts';

let gateway: SandboxGateway;
let venue: VenueClient;
let codes: SandboxCode[];

beforeAll(async () => {
  gateway = await startSandboxGateway();
  venue = await openVenueClient(gateway.url);
  codes = await sandboxCodes(gateway.url);
});
afterAll(() => gateway.stop());

function sandboxCode(province: string, scenario: string): SandboxCode {
  const found = codes.find((entry) => entry.province === province && entry.scenario === scenario);
  if (found === undefined) throw new Error(`no sandbox code ${province} ${scenario}`);
  return found;
}

function codeOf(province: string, scenario: string): string {
  return sandboxCode(province, scenario).code;
}

/** A code that nobody has scanned, with the record of a scenario behind it. */
async function freshCode(province: string, scenario: string): Promise<string> {
  return await postRecord(gateway.url, province, sandboxCode(province, scenario).record);
}

describe('an answer', () => {
  test('a green is not passed with everything that a venue is promised', async () => {
    const reply = await venue.verify(codeOf('410000', 'green'), 'n-123');
    expect(reply).toMatchObject({
      status: 'green',
      decision: 'pass',
      stale: false,
      assurance: 'province-signed',
      remedy: null,
    });
    const claims = attestationClaimsSchema.parse(decodeJwt(reply.attestation));
    expect(claims).toMatchObject({
      aud: venue.clientId,
      nonce: 'n-123',
      issuer_province: '410000',
      destination: '440000',
    });
    expect(claims.exp - claims.iat).toBeLessThanOrEqual(300);
  });

  test('a plain API is made to look signed', async () => {
    const reply = await venue.verify(codeOf('310000', 'green'));
    expect(reply).toMatchObject({ decision: 'pass', assurance: 'transport', evidence: [] });
    expect(decodeJwt(reply.attestation)).not.toHaveProperty('evidence');
  });

  test('an unsubstantiated red reaches the door as a colour, in the reply or in its evidence', async () => {
    const reply = await venue.verify(codeOf('410000', 'red-without-ground'));
    expect(reply).toMatchObject({ status: 'indeterminate', decision: 'refer', evidence: [] });
    expect(reply.reasons.map(({ code }) => code)).toEqual(['unsubstantiated']);
    expect(reply.remedy).not.toBeNull();
    const claims = decodeJwt(reply.attestation);
    expect(claims).toMatchObject({ withheld: true, evidence: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) });
    expect(JSON.stringify([reply, claims])).not.toMatch(/"red"/);
  });

  test('a batch loses the order of its items, or one bad item spoils the rest', async () => {
    const items = [codeOf('410000', 'green'), 'no such thing', codeOf('310000', 'red')];
    const reply = await venue.post('/v1/verifications/batch', {
      items: items.map((code) => ({ code, purpose: 'medical_visit' })),
    });
    const { results } = z.object({ results: z.array(z.looseObject({})) }).parse(await reply.json());
    expect(results).toMatchObject([{ status: 'green' }, { code: 'code_unrecognised' }, { status: 'red' }]);
  });
});

describe('a question that is refused', () => {
  test('an expired or unknown code is answered as if it were a status', async () => {
    expect(await venue.problem(codeOf('410000', 'expired'))).toMatchObject({ status: 422, code: 'code_expired' });
    expect(await venue.problem(codeOf('410000', 'unknown'))).toMatchObject({ status: 422, code: 'code_unrecognised' });
  });

  test.each([
    ['an ID-card number', '000000190001010017'],
    ['a phone number', '10000000000'],
    ['an ID-card number with spaces', ' 000000 19000101 001X '],
  ])('%s sent as a code is looked up or written down', async (_name, text) => {
    expect(await venue.problem(text)).toMatchObject({ status: 422, code: 'personal_identifier_refused' });
    expect(gateway.output()).not.toContain(text.trim());
  });

  test.each([
    ['no token', 401, 'token_missing', { authorization: '' }, '{}'],
    ['a made-up token', 401, 'token_invalid', { authorization: 'Bearer a.b.c' }, '{}'],
    ['another media type', 415, 'media_type_unsupported', { 'content-type': 'text/plain' }, '{}'],
    ['broken JSON', 400, 'body_invalid', {}, '{"code":'],
    ['an undocumented member', 400, 'body_invalid', {}, '{"code":"x","purpose":"venue_entry","name":"x"}'],
    ['an unknown purpose', 400, 'body_invalid', {}, '{"code":"x","purpose":"debt_collection"}'],
    ['a huge body', 413, 'body_too_large', {}, JSON.stringify({ code: 'x'.repeat(100_000) })],
  ])('%s is not told by its own code', async (_name, status, code, headers, body) => {
    const sent: Record<string, string> = { ...headers };
    const reply = await fetch(`${gateway.url}/v1/verifications`, {
      method: 'POST',
      headers: Object.fromEntries(
        Object.entries({ authorization: `Bearer ${venue.token}`, 'content-type': 'application/json', ...sent }).filter(
          ([, value]) => value !== '',
        ),
      ),
      body,
    });
    expect(reply.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(problemSchema.parse(await reply.json())).toMatchObject({ status, code });
  });

  test('a wrong method or path is not told', async () => {
    const method = await fetch(`${gateway.url}/v1/verifications`, { method: 'DELETE' });
    expect([method.status, method.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await fetch(`${gateway.url}/nothing/here`)).status).toBe(404);
    expect((await fetch(`${gateway.url}/%zz`)).status).toBe(404);
  });

  test('an ordinary venue in a low-risk region may check a code', async () => {
    const supermarket = await openVenueClient(gateway.url, 'sanya-supermarket');
    expect(await supermarket.problem(codeOf('410000', 'green'))).toMatchObject({
      status: 403,
      code: 'check_not_permitted',
    });
  });
});

describe('a province in trouble', () => {
  afterEach(async () => {
    for (const province of ['410000', '310000', '440000']) await setFault(gateway.url, province, null);
  });

  test.each([
    ['fails', { status: 500 }, 'issuer_unavailable'],
    ['is too busy', { status: 503, retry_after_s: 0 }, 'issuer_unavailable'],
    ['hangs', { hang: true }, 'issuer_unavailable'],
    ['resets', { reset: true }, 'issuer_unavailable'],
    ['sends garbage', { garbage: true }, 'issuer_reply_invalid'],
    ['sends too much', { oversize: true }, 'issuer_reply_invalid'],
    ['signs wrongly', { bad_signature: true }, 'issuer_signature_invalid'],
  ])('a province that %s is taken for a colour or becomes a 500', async (_name, fault, reason) => {
    const code = await freshCode('410000', 'green');
    // One fault after another would open the breaker: in between the province answers more often than it fails.
    for (let scan = 0; scan < 2; scan += 1) await venue.verify(await freshCode('410000', 'green'));
    await setFault(gateway.url, '410000', fault);
    const started = performance.now();
    const reply = await venue.verify(code);
    expect(reply).toMatchObject({ status: 'indeterminate', decision: 'refer', evidence: [] });
    expect(reply.reasons.map((entry) => entry.code)).toContain(reason);
    expect(reply.remedy).not.toBeNull();
    expect(decodeJwt(reply.attestation)).toMatchObject({ status: 'indeterminate', decision: 'refer' });
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('an undeclared local value is guessed', async () => {
    const reply = await venue.verify(codeOf('440000', 'undocumented-value'));
    expect(reply).toMatchObject({ status: 'indeterminate', decision: 'refer' });
    expect(reply.reasons.map(({ code }) => code)).toEqual(['unmapped_value']);
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toMatch(/huren_unmapped_values_total\{issuer="440000",field="status"\} [1-9]/);
  });

  test('one province in trouble keeps another from answering', async () => {
    await setFault(gateway.url, '410000', { hang: true });
    const hanging = venue.verify(await freshCode('410000', 'green'));
    expect(await venue.verify(codeOf('310000', 'green'))).toMatchObject({ decision: 'pass' });
    await hanging;
  });

  test('concurrent scans of one new code each ask the province', async () => {
    const code = await freshCode('310000', 'green');
    await setFault(gateway.url, '310000', { latencyMs: 300 });
    const before = (await provinceRequests(gateway.url, '310000')).length;
    const replies = await Promise.all(Array.from({ length: 20 }, () => venue.verify(code)));
    expect(new Set(replies.map(({ decision }) => decision))).toEqual(new Set(['pass']));
    expect((await provinceRequests(gateway.url, '310000')).length - before).toBe(1);
  });
});

describe('privacy', () => {
  test('a province sees something about the venue', async () => {
    await venue.verify(await freshCode('410000', 'green'), 'a-nonce-of-the-venue');
    const seen = JSON.stringify((await provinceRequests(gateway.url, '410000')).at(-1));
    for (const word of [
      venue.clientId,
      venue.token,
      'guangzhou',
      'hospital',
      '440100',
      '440000',
      'medical_visit',
      'a-nonce',
    ]) {
      expect(seen).not.toContain(word);
    }
  });

  test('a code or a venue is left in a log, a metric or a file', async () => {
    const code = await freshCode('410000', 'red');
    await venue.verify(code);
    await fetch(`${gateway.url}/v1/nothing/${encodeURIComponent(code)}`);
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    const told = [gateway.output(), metrics].map((text) => ({ where: 'log or metrics', bytes: Buffer.from(text) }));
    const secrets = [
      { what: 'the code', text: code },
      { what: 'the venue', text: venue.clientId },
    ];
    expect(secretsIn([...told, ...filesBelow(gateway.dataDir)], secrets)).toEqual([]);
  });
});
