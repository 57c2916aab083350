import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { sm2 } from 'sm-crypto-v2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ABROAD, type ProvinceCode } from '../../schemas/code-lists/index.ts';
import {
  recordReplySchema,
  type SandboxCode,
  type SandboxVenue,
  sandboxCodesSchema,
  sandboxRequestsSchema,
  venueSchema,
} from '../../schemas/sandbox.ts';
import { DISCLOSABLE_CLAIMS, STATEMENT_TYP, statementPayloadSchema } from '../../schemas/statement.ts';
import type { AdapterAnswer } from '../adapter.ts';
import { loadProvinces } from '../provinces/index.ts';
import { compileRecognisers } from '../recogniser.ts';
import { loadOrCreateKey, uncompressedPoint } from './keys.ts';
import {
  AUDIENCE,
  adapterOf,
  control,
  controlled,
  ENTITY_OF_HENAN,
  type ForkedSandbox,
  forkSandbox,
  setFault,
  upstreamOf,
  whenEnded,
} from './sandbox.fixture.ts';
import { StatementKeys } from './statement-keys.ts';

let sandbox: ForkedSandbox;
let codes: SandboxCode[];
const folders = loadProvinces();
const recognise = compileRecognisers(folders.map(({ manifest }) => manifest));
const provinces = folders.map(({ manifest }) => manifest.province);

beforeAll(async () => {
  sandbox = await forkSandbox();
  codes = await controlled(sandbox, sandboxCodesSchema, 'GET', '/codes');
});
afterAll(async () => await sandbox.stop());

function tokenOf(code: string): string {
  const recognition = recognise(code);
  if (recognition === null) throw new Error('the code is not recognised');
  return recognition.token;
}

function scenario(province: ProvinceCode, name: string): SandboxCode {
  const found = codes.find((code) => code.province === province && code.scenario === name);
  if (found === undefined) throw new Error(`${province} has no scenario ${name}`);
  return found;
}

async function scan(province: ProvinceCode, code: string): Promise<AdapterAnswer> {
  return await adapterOf(sandbox, province).ask(tokenOf(code));
}

/** What the adapter alone can tell of an expectation: the colour before anybody substantiates it. */
function agrees(answer: AdapterAnswer, { expected }: SandboxCode): boolean {
  if ('problem' in expected) {
    return answer.kind === 'absent' && (answer.why === 'expired') === (expected.problem === 'code_expired');
  }
  if (answer.kind === 'absent') return false;
  const { status, flags } = answer.translation.claims;
  const judgedLater = ['unsubstantiated', 'origin_contradicts'].includes(expected.reason ?? '');
  if (judgedLater || flags.includes('limited_movement')) return status === 'red' || status === 'yellow';
  return status === expected.status;
}

describe('every scenario over real HTTP', () => {
  test('each leads to the answer that its fixture declares', async () => {
    const failures: string[] = [];
    for (const code of codes.filter(({ venue }) => venue === undefined)) {
      if (!agrees(await scan(code.province, code.code), code)) failures.push(`${code.province} ${code.scenario}`);
    }
    expect(failures).toEqual([]);
  });

  test('a code for a door where nobody may be checked is of an unknown venue, or no good green elsewhere', async () => {
    const doors = codes.filter(({ venue }) => venue !== undefined);
    expect(doors.map(({ expected }) => expected)).toEqual(doors.map(() => ({ problem: 'check_not_permitted' })));
    expect(doors.length).toBeGreaterThanOrEqual(2);
    for (const { province, code, venue } of doors) {
      expect(sandbox.ready.venues.map((one) => one.venue)).toContain(venue);
      expect(await scan(province, code)).toMatchObject({ translation: { claims: { status: 'green' } } });
    }
  });

  test('no two codes of a start are the same, and none is of another start', async () => {
    expect(new Set(codes.map(({ code }) => code)).size).toBe(codes.length);
    const other = await forkSandbox();
    const others = await controlled(other, sandboxCodesSchema, 'GET', '/codes');
    await other.stop();
    expect(others.filter(({ code }) => codes.some((mine) => mine.code === code))).toEqual([]);
  });

  test('a pushed state with a reference names a token that its origin knows', async () => {
    for (const { province, code } of codes.filter(
      ({ expected }) => 'reason' in expected && expected.reason === 'origin_contradicts',
    )) {
      const answer = await scan(province, code);
      const origin = answer.kind === 'found' ? answer.translation.claims.provenance?.origin : null;
      if (!origin?.province || origin.reference === null) throw new Error(`${province}: no origin reference`);
      expect((await adapterOf(sandbox, origin.province).ask(origin.reference)).kind).toBe('found');
    }
  });
});

describe('statements', () => {
  test('a signing province signs its own entity id, times, status and four withheld claims', async () => {
    const answer = await scan('410000', scenario('410000', 'red').code);
    if (answer.kind === 'absent' || answer.statement === null) throw new Error('no statement');
    const [jws = '', ...disclosures] = answer.statement.split('~');
    const key = upstreamOf(sandbox, '410000').statementKey;
    if (key === null) throw new Error('no key');
    const { payload, protectedHeader } = await jwtVerify(jws, await importJWK(key.jwk, 'ES256'), {
      typ: STATEMENT_TYP,
    });
    expect(protectedHeader.kid).toBe(key.kid);
    const claims = statementPayloadSchema.parse(payload);
    expect(claims.iss).toBe(ENTITY_OF_HENAN);
    expect(claims.exp - claims.iat).toBe(300);
    expect(claims.status).toBe('red');
    expect(disclosures.pop()).toBe('');
    const names = disclosures.map((one): unknown => JSON.parse(Buffer.from(one, 'base64url').toString())[1]);
    expect(names.sort()).toEqual([...DISCLOSABLE_CLAIMS].sort());
  });

  test('the state algorithms are used where they are announced', async () => {
    const key = upstreamOf(sandbox, '520000').statementKey;
    expect(key?.jwk.crv).toBe('SM2');
    const answer = await scan('520000', scenario('520000', 'red').code);
    if (answer.kind === 'absent' || answer.statement === null || key === null) throw new Error('no statement');
    const [header = '', payload = '', signature = ''] = answer.statement.split('~')[0]?.split('.') ?? [];
    const holds = (input: string): boolean =>
      sm2.doVerifySignature(
        Buffer.from(input),
        Buffer.from(signature, 'base64url').toString('hex'),
        uncompressedPoint(key.jwk),
        { hash: true, userId: '1234567812345678' },
      );
    expect(holds(`${header}.${payload}`)).toBe(true);
    expect(holds(`${header}.${payload}x`)).toBe(false);
  });

  test('a system with a plain API signs nothing', () => {
    expect(upstreamOf(sandbox, '310000').statementKey).toBeNull();
  });

  test('private keys are readable by others than their owner, are used although they are, or are quoted', () => {
    const files = readdirSync(join(sandbox.dataDir, 'keys'), { recursive: true, withFileTypes: true });
    const modes = files.filter((file) => file.isFile()).map((file) => statSync(join(file.parentPath, file.name)).mode);
    expect(new Set(modes.map((mode) => mode & 0o777))).toEqual(new Set([0o600]));
    const path = join(sandbox.dataDir, 'a-key.json');
    const { published } = loadOrCreateKey(path);
    expect(loadOrCreateKey(path).published).toEqual(published);
    chmodSync(path, 0o640);
    expect(() => loadOrCreateKey(path)).toThrow(`${path} may be read by others`);
    expect(() => new StatementKeys(path, 'P-256', () => 0)).toThrow(`${path} may be read by others`);
    chmodSync(path, 0o600);
    writeFileSync(path, '{"d":"SECRET"');
    expect(() => loadOrCreateKey(path)).toThrow(new Error(`${path} is no key file`));
  });
});

describe('approvals signed by agencies below the province', () => {
  /** Who signed each approval of a scenario, in order: an announced agency at its own step, a stranger, or nobody. */
  async function signersOf(name: string): Promise<string[]> {
    const answer = await scan('140000', scenario('140000', name).code);
    if (answer.kind === 'absent') throw new Error('no record');
    const { provenance, handle, status } = answer.translation.claims;
    const approvals = provenance?.approvals ?? [];
    return await Promise.all(
      approvals.map(async ({ level, role, action, signature }) => {
        if (signature === undefined) return 'nobody';
        const { agencyKeys } = upstreamOf(sandbox, '140000');
        const kid = decodeProtectedHeader(signature).kid;
        const agency = agencyKeys.find(({ key }) => key.kid === kid);
        if (agency === undefined) return 'stranger';
        const key = await importJWK(agency.key.jwk, 'ES256');
        const { payload } = await jwtVerify(signature, key, { typ: 'assignment-approval+jwt' });
        expect(payload).toEqual({ level, role, action, handle, status });
        return `${agency.level} ${agency.role}`;
      }),
    );
  }
  const CITY_AND_PROVINCE = ['city health_commission', 'province health_commission'];

  test('each step of a good red is signed by its own agency, over this very handle and status', async () => {
    expect(await signersOf('red')).toEqual(['county principal', ...CITY_AND_PROVINCE]);
  });

  test('a missing, an unsigned and a forged approval stay what they are', async () => {
    expect(await signersOf('red-county-approval-missing')).toEqual(CITY_AND_PROVINCE);
    expect(await signersOf('red-county-signature-missing')).toEqual(['nobody', ...CITY_AND_PROVINCE]);
    expect(await signersOf('red-county-signature-forged')).toEqual(['stranger', ...CITY_AND_PROVINCE]);
  });
});

describe('posted records', () => {
  test('a posted record is what its code leads to, in every system', async () => {
    for (const province of provinces.filter((one) => one !== ABROAD)) {
      const raw = scenario(province, 'red').record;
      const { code } = await controlled(sandbox, recordReplySchema, 'POST', '/records', { province, raw });
      const answer = await scan(province, code);
      expect(answer.kind === 'found' && answer.translation.claims.status, province).toBe('red');
    }
  });

  test('a posted record of a certificate is not what the certificate comes to', async () => {
    const raw = scenario(ABROAD, 'card-revoked').record;
    const { code } = await controlled(sandbox, recordReplySchema, 'POST', '/records', { province: ABROAD, raw });
    const answer = await scan(ABROAD, code);
    expect(answer.kind === 'found' && answer.translation.reasons).toEqual(['certificate_not_accepted']);
  });

  test.each([
    ['an unknown province', { province: '999999', raw: {} }, 400],
    ['a province that is not simulated', { province: '710000', raw: {} }, 400],
    ['a record that is no object', { province: '410000', raw: [1] }, 400],
    ['a member too many', { province: '410000', raw: {}, more: 1 }, 400],
    ['something that is not JSON', '{', 400],
    ['more than 64 kB', { province: '410000', raw: { a: 'x'.repeat(70_000) } }, 413],
  ])('%s is refused', async (_name, body, status) => {
    expect((await control(sandbox, 'POST', '/records', body)).status).toBe(status);
  });
});

describe('control API', () => {
  test('nobody without the token gets in', async () => {
    const { origin } = sandbox.ready.control;
    expect((await fetch(`${origin}/codes`)).status).toBe(401);
    expect((await fetch(`${origin}/codes`, { headers: { authorization: 'Bearer guess' } })).status).toBe(401);
  });

  test('an unknown path and a wrong method are told apart', async () => {
    expect((await control(sandbox, 'GET', '/nothing')).status).toBe(404);
    expect((await control(sandbox, 'DELETE', '/codes')).status).toBe(405);
  });

  test.each([
    [{ latencyMs: -1 }],
    [{ flap: 0 }],
    [{ status: 200 }],
    [{ hang: false }],
    [{ hang: true, reset: true }],
    [{}],
  ])('the fault %j is refused', async (fault) => {
    expect((await control(sandbox, 'PUT', '/faults', { province: '410000', fault })).status).toBe(400);
  });

  test('what the province received is kept as received, and says nothing about a venue', async () => {
    const token = tokenOf(scenario('440000', 'green').code);
    await scan('440000', scenario('440000', 'green').code);
    const kept = await controlled(sandbox, sandboxRequestsSchema, 'GET', '/requests?province=440000');
    const last = kept.at(-1);
    expect(last?.body).toBe(JSON.stringify({ encode: token }));
    expect(last?.headers['x-tif-signature']).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(last)).not.toMatch(/hospital|venue|440100/);
    const numbers = kept.map(({ number }) => number);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
    await scan('440000', scenario('440000', 'green').code);
    const after = await controlled(sandbox, sandboxRequestsSchema, 'GET', '/requests?province=440000');
    expect((after.at(-1)?.number ?? 0) - (last?.number ?? 0)).toBe(1);
  });
});

describe('venues and their provider', () => {
  async function tokenFor(venue: SandboxVenue, more: Record<string, string> = {}) {
    const reply = await fetch(venue.token_endpoint, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${venue.client_id}:${venue.client_secret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...more }),
    });
    const body: unknown = await reply.json();
    return { status: reply.status, body: new Map(Object.entries(Object(body))) };
  }

  test('every venue gets a JWT of RFC 9068 for the gateway that says where it stands', async () => {
    const venues = await controlled(sandbox, venueSchema.array(), 'GET', '/venues');
    const [bound] = venues.filter((venue) => venue.dpop_bound_access_tokens);
    // One that is bound to a key gets none without a proof of it.
    expect(bound === undefined ? 200 : (await tokenFor(bound)).status).toBe(400);
    for (const venue of venues.filter((one) => !one.dpop_bound_access_tokens)) {
      const { body } = await tokenFor(venue);
      const server = sandbox.ready.servers.find(({ province }) => province === venue.destination);
      const keys = createRemoteJWKSet(new URL(server?.jwksUri ?? ''));
      const options = {
        issuer: server?.issuer ?? '',
        audience: AUDIENCE,
        typ: 'at+jwt',
        algorithms: ['ES256'],
      };
      const { payload } = await jwtVerify(String(body.get('access_token')), keys, options);
      expect(payload).toMatchObject({
        venue_id: venue.venue,
        venue_kind: venue.kind,
        region: venue.region,
        scope: 'verify',
        client_id: venue.client_id,
      });
      expect(Number(payload.exp) - Number(payload.iat)).toBe(600);
    }
  });

  test('provinces share an authorization server, or its keys', () => {
    const { servers, venues } = sandbox.ready;
    expect(servers.map(({ province }) => province)).toEqual([...new Set(venues.map((one) => one.destination))].sort());
    for (const of of [servers.map(({ issuer }) => issuer), servers.map(({ jwk }) => jwk.x)]) {
      expect(new Set(of).size).toBe(servers.length);
    }
  });

  test('a client is what it asks to be, not what it was registered as', async () => {
    const [venue] = sandbox.ready.venues;
    if (venue === undefined) throw new Error('no venue');
    const wishes = { venue_kind: 'prison', region: '310000', venue_id: 'another', client_id: venue.client_id };
    const claims = JSON.stringify({ access_token: { venue_kind: { value: 'prison' }, region: { value: '310000' } } });
    for (const wish of [wishes, { claims }, { ...wishes, claims, authorization_details: `[${claims}]` }]) {
      const { body } = await tokenFor(venue, wish);
      const token = body.get('access_token');
      // Refusing such a request would be as good.
      if (token === undefined) continue;
      const registered = { venue_kind: venue.kind, region: venue.region, venue_id: venue.venue };
      expect(decodeJwt(String(token))).toMatchObject(registered);
    }
    expect((await tokenFor(venue, wishes)).status).toBe(200);
  });

  test('client_secret_post works, naming scope and resource too', async () => {
    const [venue] = sandbox.ready.venues;
    if (venue === undefined) throw new Error('no venue');
    const { client_id, client_secret, scope, resource } = venue;
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret, scope, resource });
    const reply = await fetch(venue.token_endpoint, { method: 'POST', body });
    expect(reply.status).toBe(200);
  });

  test('a wrong secret and another audience are refused, another scope is not granted', async () => {
    const [venue] = sandbox.ready.venues;
    if (venue === undefined) throw new Error('no venue');
    expect((await tokenFor({ ...venue, client_secret: 'guess' })).status).toBe(401);
    expect((await tokenFor(venue, { resource: 'https://elsewhere.invalid' })).status).toBe(400);
    expect((await tokenFor(venue, { scope: 'admin' })).body.get('scope')).toBeUndefined();
  });

  test('the first venue is the hospital of the examples, and one ordinary venue stands in a low-risk region', () => {
    expect(sandbox.ready.venues[0]).toMatchObject({ kind: 'hospital', region: '440100' });
    expect(sandbox.ready.venues.some(({ kind }) => kind === 'supermarket')).toBe(true);
  });
});

describe('life and death of the child', () => {
  test('it ends by itself when its parent is gone', async () => {
    const orphan = await forkSandbox();
    orphan.child.disconnect();
    expect(await whenEnded(orphan.child)).toBe(0);
    await expect(fetch(orphan.ready.control.origin)).rejects.toThrow();
  });

  test('a restart in the same data directory keeps the keys', async () => {
    const first = await forkSandbox();
    const kidOf = (one: ForkedSandbox) => upstreamOf(one, '410000').statementKey?.kid;
    first.child.disconnect();
    await whenEnded(first.child);
    const second = await forkSandbox(first.dataDir);
    expect(kidOf(second)).toBe(kidOf(first));
    await second.stop();
  });

  test('a start message that is not one is answered with the reason', async () => {
    await expect(forkSandbox('')).rejects.toThrow();
  });

  test('bad_signature breaks the statement and nothing else', async () => {
    await setFault(sandbox, '410000', { bad_signature: true });
    const answer = await scan('410000', scenario('410000', 'green').code);
    await setFault(sandbox, '410000', null);
    if (answer.kind === 'absent' || answer.statement === null) throw new Error('no statement');
    const [jws = ''] = answer.statement.split('~');
    expect(decodeProtectedHeader(jws).alg).toBe('ES256');
    const key = upstreamOf(sandbox, '410000').statementKey;
    await expect(jwtVerify(jws, await importJWK(key?.jwk ?? {}, 'ES256'))).rejects.toThrow(
      'signature verification failed',
    );
  });
});
