import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { problemSchema } from '../../schemas/problem.ts';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import { huren } from '../cli/huren.fixture.ts';
import { buildChain } from '../trust/chain-builder.ts';
import { verifyHistoricalKeys } from '../trust/historical-keys.ts';
import { keysOf, verifyCompact } from '../trust/strict-jws.ts';
import { type TrustBundle, trustBundleSchema } from '../trust/trust-bundle.ts';
import { validateChain } from '../trust/trust-chain.ts';
import { verifyTrustMark } from '../trust/trust-mark.ts';
import { audits } from './audits.contract.ts';
import { openRegistryCli, type RegistryCli } from './registry-cli.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { openVenueClient, sandboxCode, sandboxCodes, type VenueClient } from './venue-client.ts';

let gateway: SandboxGateway;
let venue: VenueClient;
let codes: SandboxCode[];
let bundle: TrustBundle;
let folder: string;
let step: RegistryCli['step'];

beforeAll(async () => {
  gateway = await startSandboxGateway();
  ({ step } = openRegistryCli(gateway));
  venue = await openVenueClient(gateway.url);
  codes = await sandboxCodes(gateway.url);
  bundle = trustBundleSchema.parse(await (await get('/federation/bundle')).json());
  folder = mkdtempSync(join(tmpdir(), 'huren-trust-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await gateway.stop();
});

const marksSchema = z.array(z.object({ trust_mark_type: z.string(), trust_mark: z.string() }));

const nowS = () => Math.floor(Date.now() / 1000);
const get = (path: string) => fetch(`${gateway.url}${path}`);
const shanxi = () => `${gateway.url}/provinces/140000`;

const codeOf = (province: string, scenario: string) => sandboxCode(codes, province, scenario).code;

async function listOf(path: string): Promise<{ ids: string[]; next: string | null }> {
  const reply = await get(path);
  const next = /<([^>]+)>; rel="next"/.exec(reply.headers.get('link') ?? '')?.[1] ?? null;
  return { ids: z.array(z.string()).parse(await reply.json()), next };
}

describe('the federation over HTTP', () => {
  test('an agency, a province, the gateway or an authorization server has no chain that can be built by fetching', async () => {
    const servers = (await listOf('/provinces/440000/federation/list?entity_type=oauth_authorization_server')).ids;
    expect(servers).toEqual([`${gateway.url}/authorization-servers/440000`]);
    const agencies = (await listOf('/provinces/140000/federation/list?entity_type=assignment_agency')).ids;
    expect(agencies).toHaveLength(3);
    const text = async (url: string) => {
      const reply = await fetch(url);
      return reply.status === 404 ? null : await reply.text();
    };
    for (const id of [gateway.url, shanxi(), ...servers, ...agencies]) {
      const { resolved } = await buildChain(id, bundle, {
        atS: nowS(),
        fetchEntityConfiguration: (entityId) => text(`${entityId}/.well-known/openid-federation`),
        fetchSubordinateStatement: ({ metadata }, subject) => {
          const endpoint = z.string().parse(metadata?.['federation_entity']?.['federation_fetch_endpoint']);
          return text(`${endpoint}?sub=${encodeURIComponent(subject)}`);
        },
      });
      expect(resolved.entityId).toBe(id);
      expect(resolved.path).toHaveLength([...agencies, ...servers, gateway.url].includes(id) ? 3 : 2);
    }
  });

  test('a list loses an entity between two pages, or does not end', async () => {
    const all = (await listOf('/federation/list')).ids;
    const paged: string[] = [];
    let path: string | null = '/federation/list?limit=4';
    for (let pages = 0; path !== null && pages < 20; pages += 1) {
      const page = await listOf(path);
      expect(page.ids.length).toBeLessThanOrEqual(4);
      paged.push(...page.ids);
      path = page.next;
    }
    expect(paged).toEqual(all);
    expect(all.length).toBeGreaterThan(8);
  });

  test('resolve gives what an entity says instead of what its chain makes of it, or outlives the chain', async () => {
    const [agency = ''] = (await listOf('/provinces/140000/federation/list?entity_type=assignment_agency')).ids;
    const reply = await get(
      `/anchor/federation/resolve?sub=${encodeURIComponent(agency)}&trust_anchor=${bundle.entity_id}`,
    );
    expect(reply.headers.get('content-type')).toMatch(/^application\/resolve-response\+jwt/);
    const { payload } = await verifyCompact(await reply.text(), keysOf(bundle.jwks, nowS()), {
      maxBytes: 65_536,
      typ: 'resolve-response+jwt',
    });
    const { metadata, expS } = await validateChain(z.array(z.string()).parse(payload['trust_chain']), bundle, nowS());
    expect(payload).toMatchObject({ iss: bundle.entity_id, sub: agency, metadata, exp: expS });
    expect(metadata['assignment_agency']).toMatchObject({ province: '140000', level: 'city' });
    const query = new URLSearchParams({ sub: agency, entity_type: 'assignment_agency' });
    const filtered = decodeJwt(await (await get(`/federation/resolve?${query}`)).text());
    expect(filtered['metadata']).toEqual({ assignment_agency: metadata['assignment_agency'] });
  });

  test('a province shows no trust mark for its adapter, or one that its issuer does not stand by any more', async () => {
    const marksNow = async () => {
      const configuration = await (await get('/provinces/140000/.well-known/openid-federation')).text();
      return marksSchema.parse(decodeJwt(configuration)['trust_marks'] ?? []);
    };
    const marks = await marksNow();
    const [mark] = marks;
    if (mark === undefined) throw new Error('no trust mark');
    const expected = { issuer: bundle.entity_id, issuerJwks: bundle.jwks, subject: shanxi(), atS: nowS() };
    await verifyTrustMark(mark.trust_mark, { ...expected, trustMarkType: mark.trust_mark_type });
    const statusOf = async (token: string) => {
      const body = new URLSearchParams({ trust_mark: token });
      const reply = await fetch(`${gateway.url}/anchor/federation/trust-mark-status`, { method: 'POST', body });
      return decodeJwt(await reply.text())['status'];
    };
    expect(await statusOf(mark.trust_mark)).toBe('active');
    expect(await statusOf(`${mark.trust_mark.slice(0, -4)}AAAA`)).toBe('invalid');
    expect(await statusOf('nothing')).toBe('invalid');
    await step('adapter', 'suspend', '140000', '--reason', 'other', '--as', 'operator-a');
    await expect.poll(() => statusOf(mark.trust_mark)).toBe('revoked');
    expect(await marksNow()).toEqual([]);
    await step('adapter', 'resume', '140000', '--as', 'operator-b');
    await expect.poll(() => statusOf(mark.trust_mark)).toBe('active');
  });

  test('historical keys are not signed by their entity', async () => {
    const reply = await get('/provinces/140000/federation/historical-keys');
    expect(reply.headers.get('content-type')).toMatch(/^application\/jwk-set\+jwt/);
    const { jwks } = await validateChain(bundle.chains[shanxi()] ?? [], bundle, nowS());
    const keys = await verifyHistoricalKeys(await reply.text(), { issuer: shanxi(), jwks, atS: nowS() });
    expect(keys).toEqual([]);
  });

  test.each([
    ['/federation/fetch', 400, 'body_invalid', 'invalid_request'],
    ['/federation/fetch?sub=a&sub=b', 400, 'body_invalid', 'invalid_request'],
    ['/federation/fetch?sub=http://stranger.example', 404, 'not_found', 'not_found'],
    ['/federation/list?limit=0', 400, 'body_invalid', 'invalid_request'],
    ['/federation/list?limit=ten', 400, 'body_invalid', 'invalid_request'],
    ['/federation/list?trust_marked=true', 400, 'body_invalid', 'unsupported_parameter'],
    ['/provinces/140000/federation/list?trust_marked=true', 400, 'body_invalid', 'unsupported_parameter'],
    ['/federation/resolve?sub=http://stranger.example', 404, 'not_found', 'not_found'],
    ['/federation/resolve?sub=x&trust_anchor=http://stranger.example', 404, 'not_found', 'invalid_trust_anchor'],
    ['/authorization-server/.well-known/openid-federation', 400, 'body_invalid', 'invalid_request'],
    ['/anchor/federation/trust-mark-status', 405, 'method_not_allowed', 'invalid_request'],
    ['/federation/nothing', 404, 'not_found', 'not_found'],
  ])('%s is not refused with its problem, or not with the error of OpenID Federation', async (path, status, code, error) => {
    const problem = problemSchema.parse(await (await get(path)).json());
    expect(problem).toMatchObject({ status, code, error });
    // What RFC 6749 section 5.2 lets a description consist of.
    expect(problem.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
  });

  test('an endpoint that is none of the federation answers with its errors', async () => {
    expect(Object.keys(problemSchema.parse(await (await get('/v1/coverage?window=2h')).json()))).not.toContain('error');
  });
});

const passReplySchema = z.object({ pass: z.string().nullable(), valid_until: z.string().nullable() });

describe('a pass', () => {
  test('is given for anything but a green that passes, names the holder, or is taken for a code that is unknown', async () => {
    const ask = async (scenario: string) => {
      const reply = await venue.post('/v1/passes', { code: codeOf('410000', scenario), purpose: 'medical_visit' });
      return { status: reply.status, body: await reply.json() };
    };
    for (const scenario of ['red', 'yellow', 'red-without-ground']) {
      expect(await ask(scenario)).toMatchObject({ status: 200, body: { pass: null, valid_until: null } });
    }
    const { status, body } = await ask('green');
    expect(status).toBe(201);
    const pass = passReplySchema.parse(body).pass ?? '';
    expect(JSON.stringify(decodeJwt(pass))).not.toContain(codeOf('410000', 'green'));
    const told = { code: 'code_unrecognised', detail: 'own_pass' };
    const asked = { code: pass, purpose: 'medical_visit' };
    expect(await (await venue.post('/v1/verifications', asked)).json()).toMatchObject(told);
    const batch = await (await venue.post('/v1/verifications/batch', { items: [asked] })).json();
    expect(batch).toMatchObject({ results: [told] });
    const file = join(folder, 'pass.json');
    writeFileSync(file, pass);
    const bundleFile = await exportBundle('with-pass.json');
    const ran = await huren(['verify', file, '--anchor', bundleFile, '--bundle', bundleFile, '--json']);
    expect(ran.exit).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ verified: true, list_as_of_s: expect.any(Number) });
  });
});

async function exportBundle(name: string): Promise<string> {
  const file = join(folder, name);
  const ran = await huren(['trust', 'export', '--out', file], {
    HUREN_URL: gateway.url,
    HUREN_DATA_DIR: gateway.dataDir,
  });
  expect(ran).toMatchObject({ exit: 0, stderr: '' });
  return file;
}

describe('offline', () => {
  test('the exported bundle says something else than the network, or a changed answer passes', async () => {
    const env = { HUREN_URL: gateway.url, HUREN_DATA_DIR: gateway.dataDir };
    const scanned = await huren(['scan', codeOf('520000', 'green'), '--json'], env);
    const online = z
      .object({
        verified: z.literal(true),
        chain: z.array(z.object({ typ: z.string(), iss: z.string(), ok: z.literal(true) })),
      })
      .parse(JSON.parse(scanned.stdout));
    expect(online.chain.map(({ typ }) => typ)).toEqual([
      'recognition-attestation+jwt',
      'status-statement+sd-jwt',
      'entity-statement+jwt',
      'entity-statement+jwt',
      'entity-statement+jwt',
      'entity-statement+jwt',
    ]);
    const reply = join(folder, 'reply.json');
    writeFileSync(reply, scanned.stdout);
    const file = await exportBundle('bundle.json');
    const nowhere = { HUREN_URL: 'http://127.0.0.1:1' };
    const argv = ['verify', reply, '--anchor', file, '--bundle', file, '--audience', venue.clientId, '--json'];
    const offline = await huren(argv, nowhere);
    expect(offline.exit).toBe(0);
    expect(JSON.parse(offline.stdout)).toMatchObject({ verified: true, chain: online.chain });
    writeFileSync(reply, scanned.stdout.replace('"decision": "pass"', '"decision": "restrict"'));
    const changed = await huren(argv, nowhere);
    expect([changed.exit, JSON.parse(changed.stdout)]).toMatchObject([1, { verified: false }]);
  });
});

audits(() => ({ gateway, codes }));
