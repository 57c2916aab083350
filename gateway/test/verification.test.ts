import { base64url, decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { attestationClaimsSchema } from '../../schemas/attestation.ts';
import { problemSchema, UNRECOGNISED_KINDS } from '../../schemas/problem.ts';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import { verificationReplySchema } from '../../schemas/verification.ts';
import { parseMerkleProof } from '../trust/merkle-form.ts';
import { decodeBase64url } from '../trust/strict-json.ts';
import { trustBundleSchema } from '../trust/trust-bundle.ts';
import { verifyAttestation } from '../trust/verify-attestation.ts';
import { filesBelow, secretsIn } from './left-behind.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { DOOR_CASES, type DoorCase, sendTo } from './two-doors.ts';
import { codeLike, openVenueClient, sandboxCode, sandboxCodes, type VenueClient } from './venue-client.ts';

let gateway: SandboxGateway;
let venue: VenueClient;
let codes: SandboxCode[];

beforeAll(async () => {
  gateway = await startSandboxGateway();
  venue = await openVenueClient(gateway.url);
  codes = await sandboxCodes(gateway.url);
});
afterAll(() => gateway.stop());

function codeOf(province: string, scenario: string): string {
  return sandboxCode(codes, province, scenario).code;
}

/** A code that nobody has scanned, with the record of a scenario behind it. */
async function freshCode(province: string, scenario: string): Promise<string> {
  return await codeLike(gateway.url, sandboxCode(codes, province, scenario));
}

async function metricLines(): Promise<string[]> {
  return (await (await fetch(`${gateway.url}/metrics`)).text()).split('\n');
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
      adapter: expect.stringMatching(/ by node$/),
    });
    expect(claims.exp - claims.iat).toBeLessThanOrEqual(300);
  });

  test('a plain API is made to look signed', async () => {
    const reply = await venue.verify(codeOf('310000', 'green'));
    expect(reply).toMatchObject({ decision: 'pass', assurance: 'transport', evidence: [] });
    expect(decodeJwt(reply.attestation)).not.toHaveProperty('evidence');
  });

  test('a plain API behind its node leaves nothing to show', async () => {
    const reply = await venue.verify(codeOf('420000', 'green'));
    expect(reply).toMatchObject({ decision: 'pass', assurance: 'node-signed', evidence: [expect.any(String)] });
    const { iss, iat = 0, exp } = decodeJwt(reply.evidence[0]?.split('~')[0] ?? '');
    // As long as the manifest lets the answer be used: a minute, and five more while the province is away.
    expect([iss, exp]).toEqual([`${gateway.url}/issuers/420000`, iat + 360]);
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

  test('a batch is signed item by item where one signature is taken, or shares one that nobody asked for', async () => {
    const forms = ['jws', 'merkle'];
    const green = { code: codeOf('410000', 'green'), purpose: 'medical_visit' };
    const foreign = { ...green, code: 'no such thing', forms };
    const red = { ...green, code: codeOf('310000', 'red'), forms };
    const items = [{ ...green, forms }, foreign, { ...green, forms }, green, red];
    const reply = await venue.post('/v1/verifications/batch', { items });
    const { results } = z.object({ results: z.array(z.looseObject({})) }).parse(await reply.json());
    expect(results[1]).toMatchObject({ code: 'code_unrecognised' });
    const answers = [0, 2, 3, 4].map((at) => verificationReplySchema.parse(results[at]));
    const shared = answers.map(({ attestation }) => 'huren-merkle' in decodeProtectedHeader(attestation));
    expect(shared).toEqual([true, true, false, true]);
    const signatures = answers.flatMap(({ attestation }, at) => {
      const [, , place = ''] = attestation.split('.');
      return shared[at] === true ? [base64url.encode(parseMerkleProof(decodeBase64url(place)).signature)] : [];
    });
    expect(new Set(signatures).size).toBe(1);
    // Nobody can try guesses at a sibling's hash: 128 bits of it are random.
    const jtis = answers.map(({ attestation }) => decodeJwt(attestation).jti ?? '');
    expect([new Set(jtis).size, ...jtis.map((jti) => base64url.decode(jti).length)]).toEqual([4, 16, 16, 16, 16]);
    const bundle = trustBundleSchema.parse(await (await fetch(`${gateway.url}/federation/bundle`)).json());
    const checks = {
      anchor: bundle,
      chainOf: (id: string) => bundle.chains[id] ?? [],
      atS: Math.floor(Date.now() / 1000),
      audience: venue.clientId,
    };
    for (const answer of answers) expect(await verifyAttestation(answer, checks)).toMatchObject({ verified: true });
  });
});

describe('a question that is refused', () => {
  test('an expired or unknown code is answered as if it were a status', async () => {
    expect(await venue.problem(codeOf('410000', 'expired'))).toMatchObject({ status: 422, code: 'code_expired' });
    expect(await venue.problem(codeOf('410000', 'unknown'))).toMatchObject({ status: 422, code: 'code_unrecognised' });
  });

  test('a code of a known form is said to be of no registered system, or its scanner to be at fault', async () => {
    const { zh, en, next } = UNRECOGNISED_KINDS.not_known;
    expect(await venue.problem(codeOf('410000', 'unknown'))).toMatchObject({ text: { zh, en }, next });
    const { next: other, ...text } = UNRECOGNISED_KINDS.not_a_code;
    expect(await venue.problem('no code of anybody')).toMatchObject({ text, next: other });
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

  test.each([
    ['a list', '[]', 'the body is not one JSON object'],
    [
      'a nonce with a blank',
      '{"code":"x","purpose":"venue_entry","nonce":" "}',
      'nonce: is not of the documented form',
    ],
  ])('%s in a body is said to break another rule', async (_name, body, detail) => {
    const headers = { authorization: `Bearer ${venue.token}`, 'content-type': 'application/json' };
    const reply = await fetch(`${gateway.url}/v1/verifications`, { method: 'POST', headers, body });
    expect(problemSchema.parse(await reply.json())).toMatchObject({ code: 'body_invalid', detail });
  });

  test('a wrong method or path is not told', async () => {
    const method = await fetch(`${gateway.url}/v1/verifications`, { method: 'DELETE' });
    expect([method.status, method.headers.get('allow')]).toEqual([405, 'POST']);
    const posted = await fetch(`${gateway.url}/healthz`, { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
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

describe('a hot route', () => {
  const ROUTES = ['/v1/verifications', '/v1/verifications/batch', '/v1/statements', '/v1/statements/batch'];

  test.each(ROUTES)('%s refuses otherwise than express would, which has it below another spelling', async (path) => {
    for (const sent of DOOR_CASES)
      expect([sent.name, await byHotDoor(path, sent)]).toEqual([sent.name, await byExpress(path, sent)]);
  });

  test('answers otherwise than express would', async () => {
    const questions = [codeOf('410000', 'green'), 'nobody-knows-this', '000000190001010017'].map((code) => ({
      code,
      purpose: 'medical_visit',
    }));
    for (const [path, question] of [
      ...questions.map((one) => ['/v1/verifications', one] as const),
      ['/v1/verifications/batch', { items: [...questions, { code: '' }] }] as const,
    ]) {
      const sent = { name: path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(question) };
      const [hot, other] = [await byHotDoor(path, sent), await byExpress(path, sent)];
      expect({ ...hot, body: withoutSecrets(hot.body) }).toEqual({ ...other, body: withoutSecrets(other.body) });
    }
  });

  const byHotDoor = (path: string, sent: DoorCase) => sendTo(`${gateway.url}${path}`, `Bearer ${venue.token}`, sent);
  const byExpress = (path: string, sent: DoorCase) => sendTo(`${gateway.url}${path}/`, `Bearer ${venue.token}`, sent);
  /** What is signed differs each time, and so may the age by a second. */
  const withoutSecrets = (body: string) =>
    body.replaceAll(/"attestation":"[^"]+"/g, '').replaceAll(/"age_s":\d+/g, '"age_s":0');
});

describe('a province', () => {
  test('whose local value is undeclared has it guessed', async () => {
    const reply = await venue.verify(codeOf('440000', 'undocumented-value'));
    expect(reply).toMatchObject({ status: 'indeterminate', decision: 'refer' });
    expect(reply.reasons.map(({ code }) => code)).toEqual(['unmapped_value']);
    expect(await metricLines()).toContainEqual(
      expect.stringMatching(/^huren_unmapped_values_total\{issuer="440000",field="status"\} [1-9]/),
    );
  });
});

describe('privacy', () => {
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
