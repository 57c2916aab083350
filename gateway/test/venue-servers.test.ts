import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { protectedResourceSchema } from '../../schemas/protected-resource.ts';
import { type SandboxVenue, venueSchema } from '../../schemas/sandbox.ts';
import { readDescriptions } from '../authority/entity-description.ts';
import { huren } from '../cli/huren.fixture.ts';
import { peekEntityStatement } from '../trust/entity-statement.ts';
import { makeKey } from '../trust/federation.fixture.ts';
import { openRegistryCli, type RegistryCli } from './registry-cli.ts';
import { tempFolder } from './registry-site.fixture.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { openVenueClient, sandboxCodes } from './venue-client.ts';

let sandbox: SandboxGateway;
let cli: RegistryCli;
let green: string;

beforeAll(async () => {
  sandbox = await startSandboxGateway();
  cli = openRegistryCli(sandbox);
  const codes = await sandboxCodes(sandbox.url);
  green = codes.find(({ province, scenario }) => province === '410000' && scenario === 'green')?.code ?? '';
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
