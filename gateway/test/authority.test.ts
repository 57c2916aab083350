import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { subordinateListSchema } from '../../schemas/registry-views.ts';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import type { VerificationReply } from '../../schemas/verification.ts';
import { huren } from '../cli/huren.fixture.ts';
import { readConfig } from '../compose/config.ts';
import { type RunningNode, startNode } from '../compose/node.ts';
import { openKeyStore } from '../keys/key-store.ts';
import { configure, makeParty } from '../trust/federation.fixture.ts';
import { signCompact } from '../trust/signer.ts';
import { verifySm2 } from '../trust/sm2.ts';
import { parseCompact } from '../trust/strict-jws.ts';
import { type TrustBundle, trustBundleSchema } from '../trust/trust-bundle.ts';
import { verifyAttestation } from '../trust/verify-attestation.ts';
import { LOOPBACK_ONLY } from '../upstream/networks.ts';
import { freePort } from './free-port.ts';
import { openRegistryCli, type RegistryCli } from './registry-cli.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { openVenueClient, postRecord, sandboxCodes, type VenueClient } from './venue-client.ts';

let sandbox: SandboxGateway;
let cli: RegistryCli;
let codes: SandboxCode[];
let pinned: TrustBundle;

beforeAll(async () => {
  sandbox = await startSandboxGateway({ HUREN_CLIENT_RATE: '100000', HUREN_PROVINCE_RATE: '100000' });
  cli = openRegistryCli(sandbox);
  codes = await sandboxCodes(sandbox.url);
  pinned = trustBundleSchema.parse(JSON.parse(readFileSync(join(sandbox.dataDir, 'anchor.json'), 'utf8')));
});
afterAll(() => sandbox.stop());

const nowS = () => Math.floor(Date.now() / 1000);
const provinceId = (code: string) => `${sandbox.url}/provinces/${code}`;

async function resolved(id: string): Promise<[status: number, code: string | null]> {
  const reply = await fetch(`${sandbox.url}/federation/resolve?sub=${encodeURIComponent(id)}`);
  const text = await reply.text();
  return [reply.status, reply.ok ? null : z.object({ code: z.string() }).parse(JSON.parse(text)).code];
}

async function listed(id: string): Promise<unknown> {
  const reply = await fetch(`${sandbox.url}/v1/registry/subordinates?entity_id=${encodeURIComponent(id)}`);
  const { subordinates } = z
    .object({ subordinates: z.array(z.looseObject({ state: z.string(), vouched_for: z.boolean() })) })
    .parse(await reply.json());
  return subordinates.map(({ state, vouched_for }) => [state, vouched_for]);
}

async function freshCode(province: string): Promise<string> {
  const found = codes.find((code) => code.province === province && code.scenario === 'green');
  return await postRecord(sandbox.url, province, found?.record);
}

/** Against the anchor as it was pinned at the start, with chains as they are now. */
async function verdict({ attestation, evidence }: Pick<VerificationReply, 'attestation' | 'evidence'>) {
  const bundle = trustBundleSchema.parse(await (await fetch(`${sandbox.url}/federation/bundle`)).json());
  const checked = await verifyAttestation(
    { attestation, evidence },
    {
      anchor: { entity_id: pinned.entity_id, jwks: pinned.jwks },
      chainOf: (id) => bundle.chains[id] ?? [],
      historicalKeysOf: (id) => bundle.historical_keys[id] ?? null,
      atS: nowS(),
      sm2Verify: verifySm2,
    },
  );
  return checked.verified ? 'verified' : `${checked.code} at ${checked.link}`;
}

describe('an attestation', () => {
  test.each([
    'guangzhou-hospital',
    'shanghai-railway-station',
  ])('of the gateway of %s does not verify', async (venueId) => {
    const reply = await (await openVenueClient(sandbox.url, venueId)).verify(await freshCode('410000'));
    expect(await verdict(reply)).toBe('verified');
  });

  test('for a destination that is not its gateway’s verifies', async () => {
    const reply = await (await openVenueClient(sandbox.url)).verify(await freshCode('410000'));
    const { header, payload } = parseCompact(reply.attestation, {
      maxBytes: 4096,
      typ: 'recognition-attestation+jwt',
    });
    const keys = openKeyStore({ setting: null, dataDir: sandbox.dataDir });
    const { signer } = await keys.openRing('gateway', 'attestation', { nowS: nowS() });
    expect(header.kid).toBe(signer.kid);
    const lie = async (destination: string) =>
      await verdict({
        ...reply,
        attestation: await signCompact({ typ: 'recognition-attestation+jwt' }, { ...payload, destination }, signer),
      });
    expect(await lie('440000')).toBe('verified');
    expect(await lie('310000')).toBe('destination_mismatch at attestation');
    keys.close();
  });
});

describe('federation keys', () => {
  test('that change, or a registry key, leave one answer that does not verify', async () => {
    const venue: VenueClient = await openVenueClient(sandbox.url);
    const verdicts = new Map<string, number>();
    let isOver = false;
    const worker = async () => {
      while (!isOver) {
        const reply = await venue.verify(await freshCode('410000'));
        const outcome = `${reply.decision} ${await verdict(reply)}`;
        verdicts.set(outcome, (verdicts.get(outcome) ?? 0) + 1);
      }
    };
    const rotations = async () => {
      try {
        for (const [owner, use] of [
          ['gateway', 'federation'],
          ['sandbox/440000', 'federation'],
          ['sandbox/410000', 'federation'],
          ['sandbox/anchor', 'federation'],
          ['sandbox/410000', 'registry'],
          ['gateway', 'federation'],
        ] as const) {
          const ran = await cli.run('keys', 'rotate', '--owner', owner, '--use', use, '--json');
          expect([owner, use, ran.exit, ran.stderr]).toEqual([owner, use, 0, '']);
        }
      } finally {
        isOver = true;
      }
    };
    await Promise.all([rotations(), worker(), worker()]);
    expect([...verdicts.keys()]).toEqual(['pass verified']);
    expect(verdicts.get('pass verified')).toBeGreaterThan(20);
    // The new registry key signs for its province.
    const statement = await fetch(`${sandbox.url}/sandbox/keys/rotate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ province: '410000' }),
    });
    expect(statement.status).toBe(200);
  }, 180_000);
});

describe('a configuration that is handed in', () => {
  const post = (body: string, type = 'application/entity-statement+jwt', superior = provinceId('440000')) =>
    fetch(`${superior}/federation/refresh`, { method: 'POST', headers: { 'content-type': type }, body });
  const own = async () => await (await fetch(`${sandbox.url}/.well-known/openid-federation`)).text();

  test.each<[string, () => Promise<Response>, [number, string]]>([
    [
      'by a stranger about himself',
      async () => await post(await configure(await makeParty('https://stranger.example'))),
      [403, 'event_unauthorised'],
    ],
    [
      'by a stranger about a gateway',
      async () => await post(await configure(await makeParty(sandbox.url), { iat: nowS(), exp: nowS() + 60 })),
      [403, 'event_unauthorised'],
    ],
    ['as nothing', () => post(''), [403, 'event_unauthorised']],
    ['as something else', () => post('{"keys":[]}'), [403, 'event_unauthorised']],
    ['without end', () => post('a'.repeat(20_000)), [413, 'body_too_large']],
    ['as another media type', () => post('{}', 'application/json'), [415, 'media_type_unsupported']],
    [
      'in letters that nobody knows',
      () => post('a', 'application/entity-statement+jwt; charset=nowhere'),
      [415, 'media_type_unsupported'],
    ],
  ])('%s is taken', async (_how, posted, expected) => {
    const reply = await posted();
    const { code } = z.object({ code: z.string() }).parse(await reply.json());
    expect([reply.status, code]).toEqual(expected);
  });

  test('with keys that are known already makes an event, whoever brings it', async () => {
    const before = await sizeOfLog();
    const reply = await post(await own());
    expect([reply.status, await reply.json()]).toEqual([200, { taken: false }]);
    expect(await sizeOfLog()).toBe(before);
  });

  async function sizeOfLog(): Promise<number> {
    const reply = await fetch(`${sandbox.url}/v1/registry/entities`);
    return z.object({ size: z.number() }).parse(await reply.json()).size;
  }
});

describe("a province's new gateway", () => {
  let folder: string;
  let request: string;
  let gatewayId: string;
  let node: RunningNode;
  const own = (...argv: string[]) => huren(argv, { HUREN_URL: sandbox.url, HUREN_DATA_DIR: folder });
  const admit = (...argv: string[]) => cli.run('authority', 'admit', ...argv, '--lang', 'en');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'huren-new-gateway-'));
    request = join(folder, 'gateway.request');
    const port = await freePort();
    gatewayId = `http://127.0.0.1:${port}`;
    const superior = provinceId('310000');
    const place = ['--entity', gatewayId, '--superior', superior, '--province', '310000'];
    const made = await own('authority', 'init', '--kind', 'gateway', ...place, '--json');
    expect([made.exit, made.stderr]).toEqual([0, '']);
    const env = { HUREN_PORT: String(port), HUREN_DATA_DIR: folder, HUREN_LOG_LEVEL: 'fatal' };
    const config = readConfig({ ...env, HUREN_ANCHOR_FILE: join(sandbox.dataDir, 'anchor.json') });
    node = await startNode(config, { networks: LOOPBACK_ONLY });
  });
  afterAll(async () => {
    await node.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('cannot be described twice, or gets other keys then', async () => {
    const place = ['--entity', gatewayId, '--superior', provinceId('310000'), '--province', '310000'];
    const keys = async () =>
      JSON.parse((await own('authority', 'init', '--kind', 'gateway', ...place, '--json')).stdout);
    expect(await keys()).toEqual(await keys());
  });

  test('cannot ask, or is known before it is admitted', async () => {
    const asked = await own('authority', 'request', '--owner', 'gateway', '--out', request, '--json');
    expect([asked.exit, JSON.parse(asked.stdout)]).toEqual([
      0,
      { entity_id: gatewayId, superior: provinceId('310000'), file: request },
    ]);
    expect(await resolved(gatewayId)).toEqual([404, 'not_found']);
  });

  test('is admitted by nobody who compared it', async () => {
    for (const options of [[], ['--json']]) {
      const { exit, stderr } = await admit(request, ...options);
      expect([exit, stderr]).toEqual([2, expect.stringContaining('huren: not_confirmed: ')]);
    }
    expect(await listed(gatewayId)).toEqual([]);
  });

  test('is admitted by a request that was tampered with, or by another province', async () => {
    const [header = '', payload = '', signature = ''] = readFileSync(request, 'utf8').trim().split('.');
    const claims = Buffer.from(payload, 'base64url').toString('utf8').replaceAll('310000', '410000');
    const tampered = join(folder, 'tampered.request');
    writeFileSync(tampered, [header, Buffer.from(claims).toString('base64url'), signature].join('.'));
    for (const argv of [
      [tampered, '--yes'],
      [join(folder, 'nothing.request'), '--yes'],
      [request, '--yes', '--as', 'province:410000'],
      [request, '--yes', '--as', 'anchor'],
    ]) {
      const { exit, stderr } = await admit(...argv);
      expect([argv, exit, stderr]).toEqual([argv, 1, expect.stringContaining('huren: request_refused: ')]);
    }
    expect(await listed(gatewayId)).toEqual([]);
  });

  test('is not admitted, listed and resolved once its thumbprints have been compared', async () => {
    const { exit, stdout, stderr } = await admit(request, '--yes', '--json');
    expect([exit, JSON.parse(stdout)]).toMatchObject([0, { entity_id: gatewayId, kind: 'gateway', verified: true }]);
    expect(stderr).toMatch(/ federation +\S{6} .+\n +signs with +\S{6} /);
    expect(await listed(gatewayId)).toEqual([['admitted', true]]);
    expect(await resolved(gatewayId)).toEqual([200, null]);
    const shown = await cli.run('authority', 'list', '--superior', provinceId('310000'), '--lang', 'en');
    expect(shown.stdout).toMatch(new RegExp(`${gatewayId} +gateway +310000 +admitted`));
  });

  test('signs attestations with a key that the log does not show', async () => {
    const keys = openKeyStore({ setting: null, dataDir: folder });
    const [{ kid } = { kid: 'none' }] = keys.list('gateway', 'attestation');
    keys.close();
    const reply = await fetch(`${sandbox.url}/v1/registry/subordinates?entity_id=${encodeURIComponent(gatewayId)}`);
    const { subordinates } = subordinateListSchema.parse(await reply.json());
    expect(subordinates.map(({ published }) => published.map((key) => key.kid))).toEqual([[kid]]);
    const log = await cli.run('log', 'show');
    expect(log.stdout).toMatch(new RegExp(`subordinate_admitted +${gatewayId} ${kid} `));
  });

  test('signs with a new key before its province, far away, has taken it', async () => {
    const rotated = await own('keys', 'rotate', '--owner', 'gateway', '--use', 'federation', '--json');
    expect([rotated.exit, rotated.stderr]).toEqual([0, '']);
    const { kid } = z.object({ kid: z.string() }).parse(JSON.parse(rotated.stdout));
    const statement = await fetch(`${provinceId('310000')}/federation/fetch?sub=${encodeURIComponent(gatewayId)}`);
    const { payload } = parseCompact(await statement.text(), { maxBytes: 65_536, typ: 'entity-statement+jwt' });
    expect(JSON.stringify(payload['jwks'])).toContain(kid);
    expect(await resolved(gatewayId)).toEqual([200, null]);
  });

  test('cannot hand in its keys by hand, or twice', async () => {
    const refresh = async () => await cli.run('authority', 'refresh', gatewayId, '--json');
    const [first, second] = [await refresh(), await refresh()];
    expect([first.exit, second.exit]).toEqual([0, 0]);
    expect(JSON.parse(second.stdout)).toEqual({ entity_id: gatewayId, superior: provinceId('310000'), taken: false });
    const nobody = await cli.run('authority', 'refresh', `${sandbox.url}/nobody`);
    expect([nobody.exit, nobody.stderr]).toEqual([1, expect.stringContaining('request_refused')]);
  });

  test('is vouched for after it was removed, or comes back with its keys', async () => {
    const removed = await cli.run('authority', 'remove', gatewayId, '--as', 'province:310000', '--json');
    expect(removed.exit).toBe(0);
    expect(await listed(gatewayId)).toEqual([['removed', false]]);
    expect(await resolved(gatewayId)).toEqual([404, 'not_found']);
    const again = await admit(request, '--yes', '--json');
    expect(again.exit).toBe(1);
    expect(again.stdout).toContain('key_reused');
    const refreshed = await cli.run('authority', 'refresh', gatewayId);
    expect([refreshed.exit, refreshed.stderr]).toEqual([1, expect.stringContaining('request_refused')]);
  });
});

describe('a province that was removed', () => {
  test('leaves its gateway, or what its gateway says, standing', async () => {
    const gateway = `${sandbox.url}/gateways/310000`;
    const venue = await openVenueClient(sandbox.url, 'shanghai-railway-station');
    const reply = await venue.verify(await freshCode('410000'));
    expect([await resolved(gateway), await verdict(reply)]).toEqual([[200, null], 'verified']);
    const removed = await cli.run('authority', 'remove', provinceId('310000'), '--json');
    expect(removed.exit).toBe(0);
    expect([await resolved(gateway), await resolved(provinceId('310000'))]).toEqual([
      [404, 'not_found'],
      [404, 'not_found'],
    ]);
    expect([await listed(gateway), await listed(provinceId('310000'))]).toEqual([
      [['admitted', false]],
      [['removed', false]],
    ]);
    expect(await verdict(reply)).not.toBe('verified');
    const shown = await cli.run('authority', 'list', '--superior', provinceId('310000'));
    expect(shown.stdout).toMatch(new RegExp(`${gateway} .*superior_removed`));
    const reasons = async () => await (await fetch(`${sandbox.url}/readyz`)).text();
    await expect.poll(reasons, { timeout: 10_000 }).toContain('not_admitted');
  });
});
