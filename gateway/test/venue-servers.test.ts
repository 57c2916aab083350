import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { problemSchema } from '../../schemas/problem.ts';
import { protectedResourceSchema } from '../../schemas/protected-resource.ts';
import { type SandboxVenue, sandboxRequestsSchema, venueSchema } from '../../schemas/sandbox.ts';
import { UNKNOWN_CODES_RULE } from '../../schemas/unknown-codes.ts';
import { readDescriptions } from '../authority/entity-description.ts';
import { huren } from '../cli/huren.fixture.ts';
import { peekEntityStatement } from '../trust/entity-statement.ts';
import { makeKey } from '../trust/federation.fixture.ts';
import { openRegistryCli, type RegistryCli } from './registry-cli.ts';
import { tempFolder } from './registry-site.fixture.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { BAD_PROOFS, BAD_TOKENS, BadTokens, type Sent } from './token-table.fixture.ts';
import { openVenueClient, postRecord, sandboxCodes } from './venue-client.ts';

let sandbox: SandboxGateway;
let cli: RegistryCli;
let green: string;
/** What Henan's system says of whoever is green. */
let record: unknown;
let bad: BadTokens;

beforeAll(async () => {
  sandbox = await startSandboxGateway();
  cli = openRegistryCli(sandbox);
  const codes = await sandboxCodes(sandbox.url);
  const henan = codes.find(({ province, scenario }) => province === '410000' && scenario === 'green');
  green = henan?.code ?? '';
  record = henan?.record;
  bad = await BadTokens.open(sandbox);
});
afterAll(() => sandbox.stop());

const serverOf = (province: string) => `${sandbox.url}/authorization-servers/${province}`;
const read = async <T extends z.ZodType>(url: string, schema: T): Promise<z.output<T>> =>
  schema.parse(await (await fetch(url)).json());

async function venueIn(province: string): Promise<SandboxVenue> {
  const venues = await read(`${sandbox.url}/sandbox/venues`, z.array(venueSchema));
  const found = venues.find(({ destination }) => destination === province);
  if (found === undefined) throw new Error(`no venue in ${province}`);
  return found;
}

describe('a client that knows its gateway alone', () => {
  test.each([
    ['440000', ''],
    ['310000', '/gateways/310000'],
  ])('finds nobody in %s to get a token from', async (province, path) => {
    const { resource, authorization_servers } = await read(
      `${sandbox.url}/.well-known/oauth-protected-resource${path}`,
      protectedResourceSchema,
    );
    expect(authorization_servers).toContain(serverOf(province));
    const { origin, pathname } = new URL(serverOf(province));
    const about = z.object({ issuer: z.literal(serverOf(province)), token_endpoint: z.url() });
    const { token_endpoint } = await read(`${origin}/.well-known/oauth-authorization-server${pathname}`, about);
    expect(resource).toBe(`${sandbox.url}${path}`);
    const { client_id, client_secret, purposes } = await venueIn(province);
    const token = await fetch(token_endpoint, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'verify' }),
    });
    const { access_token } = z.object({ access_token: z.string() }).parse(await token.json());
    const answer = await fetch(`${sandbox.url}/v1/verifications`, {
      method: 'POST',
      headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ code: green, purpose: purposes[0] }),
    });
    expect([answer.status, await answer.json()]).toMatchObject([200, { destination: province }]);
  });
});

describe('a bad token or proof', () => {
  /** Asks about a code that nobody has asked about: whoever is let in has the province asked. */
  async function ask(sent: Sent): Promise<Response> {
    const code = await postRecord(sandbox.url, '410000', record);
    return await fetch(bad.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...sent },
      body: JSON.stringify({ code, purpose: 'medical_visit' }),
    });
  }

  async function questionsToHenan(): Promise<number> {
    const url = `${sandbox.url}/sandbox/requests?province=410000`;
    return Math.max(0, ...(await read(url, sandboxRequestsSchema)).map(({ number }) => number));
  }

  test.each([
    ...BAD_TOKENS.map((one) => ({ ...one, kind: 'token' })),
    ...BAD_PROOFS.map((one) => ({ ...one, kind: 'proof' })),
  ])('is let in: a $kind, $what', async ({ make, code, reason, kind }) => {
    const before = await questionsToHenan();
    const reply = await ask(await make(bad));
    const problem = problemSchema.parse(await reply.json());
    expect([reply.status, problem.code, problem.reason]).toEqual([401, code, reason]);
    expect(reply.headers.get('www-authenticate')).toContain(kind === 'proof' ? 'DPoP ' : 'Bearer ');
    expect(await questionsToHenan()).toBe(before);
  });

  test('is refused as a good one is, or a proof is taken twice', async () => {
    const before = await questionsToHenan();
    expect((await ask(await bad.bearer())).status).toBe(200);
    const sent = await bad.proven();
    const first = await ask(sent);
    expect([first.status, await questionsToHenan()]).toEqual([200, before + 2]);
    expect(first.headers.get('dpop-nonce')).toMatch(/^[\w-]{22}$/);
    const second = await ask(sent);
    expect([second.status, await second.json()]).toMatchObject([401, { code: 'proof_replayed' }]);
    expect(await questionsToHenan()).toBe(before + 2);
  });

  test('leaves a client without the nonce that its next proof has to contain', async () => {
    const reply = await ask(await bad.proven({ nonce: undefined }));
    expect(reply.headers.get('www-authenticate')).toContain('error="use_dpop_nonce"');
    expect((await ask(await bad.proven({ nonce: reply.headers.get('dpop-nonce') }))).status).toBe(200);
  });
});

describe('a client that guesses codes', () => {
  test('is answered on and on, is not told why not, or is shown to nobody', async () => {
    const school = await openVenueClient(sandbox.url, 'shanghai-school');
    const guess = async () => {
      const code = `YKM1${randomBytes(16).toString('hex')}`;
      return await school.post('/v1/verifications', { code, purpose: 'institution_visit' });
    };
    for (let n = 0; n < UNKNOWN_CODES_RULE.slowedFrom; n += 1) expect((await guess()).status).toBe(422);
    const refused = await guess();
    const problem = problemSchema.parse(await refused.json());
    expect([refused.status, problem.code, problem.detail]).toEqual([429, 'unknown_codes_excessive', 'slowed']);
    expect(refused.headers.get('retry-after')).toBe('1');
    const metrics = await (await fetch(`${sandbox.url}/metrics`)).text();
    expect(metrics).toMatch(/^huren_unknown_code_refusals_total\{holding="slowed"\} 1$/m);
    expect(metrics).toMatch(/^huren_signal_base_total\{issuer="410000",signal="guessing"\} 30$/m);
    expect(sandbox.output()).toContain('a client asks about too many codes that no province knows');
    expect(sandbox.output()).not.toContain('shanghai-school');
    const other = await openVenueClient(sandbox.url, 'shanghai-railway-station');
    expect((await other.post('/v1/verifications', { code: green, purpose: 'venue_entry' })).status).toBe(200);
  });
});

describe('what a province lets its authorization server vouch for', () => {
  test('is changed by another province, or never by its own', async () => {
    const server = serverOf('440000');
    const venues = (kinds: string, regions: string, by: string) =>
      ['authority', 'venues', server, '--venue-kinds', kinds, '--regions', regions, '--as', by] as const;
    const problem = async () => {
      const reply = await (await openVenueClient(sandbox.url)).post('/v1/verifications', { code: green });
      return z.object({ code: z.string(), detail: z.string().optional() }).parse(await reply.json());
    };
    expect(await cli.refusal(...venues('hospital', '44', 'province:310000'))).toBe('role_not_entitled');
    expect(await cli.refusal(...venues('hospital', '31', 'province:440000'))).toBe('subordinate_invalid');
    await cli.step(...venues('school', '44', 'province:440000'));
    const kind = 'the province lets the server vouch for no venue of this kind';
    await expect.poll(problem).toEqual({ code: 'token_invalid', detail: kind });
    await cli.step(...venues('hospital,school', '4403', 'province:440000'));
    const region = 'the province lets the server vouch for no venue in this region';
    await expect.poll(problem).toEqual({ code: 'token_invalid', detail: region });
    await cli.step(...venues('hospital,school', '44', 'province:440000'));
    await expect.poll(async () => (await problem()).code).toBe('body_invalid');
    const { stdout } = await cli.run('authority', 'list', '--superior', `${sandbox.url}/provinces/440000`, '--json');
    expect(stdout).toMatch(/"venue_kinds": \[\s*"hospital",\s*"school"\s*\],\s*"regions": \[\s*"44"\s*\]/);
  });
});

describe('the configuration of a server whose host is another', () => {
  const shown = (query: string) => fetch(`${sandbox.url}/authorization-server/.well-known/openid-federation${query}`);

  test('is not handed to that host, or other entities’ are', async () => {
    const own = await shown(`?${new URLSearchParams({ sub: serverOf('440000') })}`);
    expect(peekEntityStatement(await own.text()).claims.sub).toBe(serverOf('440000'));
    expect((await shown(`?${new URLSearchParams({ sub: sandbox.url })}`)).status).toBe(404);
    expect((await shown('')).status).toBe(400);
  });
});

describe('a server', () => {
  test('is described without its keys, its address or its venues', async () => {
    const dir = tempFolder(onTestFinished);
    const jwks = join(dir, 'keys.json');
    writeFileSync(jwks, JSON.stringify({ keys: [(await makeKey('tokens')).jwk] }));
    const named = ['--kind', 'authorization_server', '--entity', 'https://venues.example'];
    const placed = ['--superior', 'https://henan.example', '--province', '410000'];
    const options: Record<string, string> = {
      '--token-endpoint': 'https://venues.example/token',
      '--published-jwks': jwks,
      '--venue-kinds': 'hospital,school',
      '--regions': '4101',
    };
    const init = (given: object) =>
      huren(['authority', 'init', ...named, ...placed, ...Object.entries(given).flat()], { HUREN_DATA_DIR: dir });
    for (const left of Object.keys(options)) {
      const { [left]: _left, ...others } = options;
      expect([(await init(others)).exit, readDescriptions(dir)], left).toEqual([2, []]);
    }
    for (const wrong of [{ '--venue-kinds': 'castle' }, { '--regions': '99' }, { '--token-endpoint': 'venues' }]) {
      expect((await init({ ...options, ...wrong })).exit, JSON.stringify(wrong)).toBe(2);
    }
    expect((await init(options)).exit).toBe(0);
    expect(readDescriptions(dir)).toMatchObject([{ venue_kinds: ['hospital', 'school'], regions: ['4101'] }]);
  });
});
