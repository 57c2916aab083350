import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { subordinateListSchema } from '../../schemas/registry-views.ts';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import type { VerificationReply } from '../../schemas/verification.ts';
import type { Ran } from '../cli/huren.fixture.ts';
import { openKeyStore } from '../keys/key-store.ts';
import { configure, makeParty } from '../trust/federation.fixture.ts';
import { signCompact } from '../trust/signer.ts';
import { verifySm2 } from '../trust/sm2.ts';
import { parseCompact } from '../trust/strict-jws.ts';
import { type TrustBundle, trustBundleSchema } from '../trust/trust-bundle.ts';
import { verifyAttestation } from '../trust/verify-attestation.ts';
import { type NewGateway, startNewGateway } from './new-gateway.ts';
import { openRegistryCli, type RegistryCli } from './registry-cli.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { codeLike, openVenueClient, sandboxCode, sandboxCodes } from './venue-client.ts';
import { joined } from './walkthrough-document.ts';

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
  return await codeLike(sandbox.url, sandboxCode(codes, province, 'green'));
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

/** What the province of a new gateway does with its request. */
const admit = (...argv: string[]) => cli.run('authority', 'admit', ...argv, '--lang', 'en');

describe("a province's new gateway", () => {
  let asking: NewGateway;
  beforeAll(async () => {
    asking = await startNewGateway(sandbox, '310000');
  });
  afterAll(() => asking.stop());

  test('cannot be described twice, or gets other keys then', async () => {
    const keys = async () => JSON.parse((await asking.describe()).stdout);
    expect(await keys()).toEqual(await keys());
  });

  test('cannot ask, or is known before it is admitted', async () => {
    const { id, superior, dataDir, own } = asking;
    const file = join(dataDir, 'another.request');
    const asked = await own('authority', 'request', '--owner', 'gateway', '--out', file, '--json');
    expect([asked.exit, JSON.parse(asked.stdout)]).toEqual([0, { entity_id: id, superior, file }]);
    expect(await resolved(id)).toEqual([404, 'not_found']);
  });

  test('is admitted by nobody who compared it', async () => {
    for (const options of [[], ['--json']]) {
      const { exit, stderr } = await admit(asking.request, ...options);
      expect([exit, stderr]).toEqual([2, expect.stringContaining('huren: not_confirmed: ')]);
    }
    expect(await listed(asking.id)).toEqual([]);
  });

  test('is admitted by a request that was tampered with, or by another province', async () => {
    const { request, dataDir, id } = asking;
    const [header = '', payload = '', signature = ''] = readFileSync(request, 'utf8').trim().split('.');
    const claims = Buffer.from(payload, 'base64url').toString('utf8').replaceAll('310000', '410000');
    const tampered = join(dataDir, 'tampered.request');
    writeFileSync(tampered, [header, Buffer.from(claims).toString('base64url'), signature].join('.'));
    for (const argv of [
      [tampered, '--yes'],
      [join(dataDir, 'nothing.request'), '--yes'],
      [request, '--yes', '--as', 'province:410000'],
      [request, '--yes', '--as', 'anchor'],
    ]) {
      const { exit, stderr } = await admit(...argv);
      expect([argv, exit, stderr]).toEqual([argv, 1, expect.stringContaining('huren: request_refused: ')]);
    }
    expect(await listed(id)).toEqual([]);
  });

  test('is vouched for after it was admitted and removed, or comes back with its keys', async () => {
    const { id, request, stop } = await startNewGateway(sandbox, '310000');
    onTestFinished(stop);
    expect((await admit(request, '--yes')).exit).toBe(0);
    expect([await listed(id), await resolved(id)]).toEqual([[['admitted', true]], [200, null]]);
    const removed = await cli.run('authority', 'remove', id, '--as', 'province:310000', '--json');
    expect(removed.exit).toBe(0);
    expect([await listed(id), await resolved(id)]).toEqual([[['removed', false]], [404, 'not_found']]);
    const again = await admit(request, '--yes', '--json');
    expect([again.exit, again.stdout]).toEqual([1, expect.stringContaining('key_reused')]);
    const refreshed = await cli.run('authority', 'refresh', id);
    expect([refreshed.exit, refreshed.stderr]).toEqual([1, expect.stringContaining('request_refused')]);
  });
});

describe('a gateway whose thumbprints its province has compared', () => {
  let admitted: NewGateway;
  let admission: Ran;
  beforeAll(async () => {
    admitted = await startNewGateway(sandbox, '310000');
    admission = await admit(admitted.request, '--yes', '--json');
  });
  afterAll(() => admitted.stop());

  test('is not admitted, listed or resolved', async () => {
    const { id, superior } = admitted;
    const { exit, stdout, stderr } = admission;
    expect([exit, JSON.parse(stdout)]).toMatchObject([0, { entity_id: id, kind: 'gateway', verified: true }]);
    expect(stderr).toMatch(/ federation +\S{6} .+\n +signs with +\S{6} /);
    expect([await listed(id), await resolved(id)]).toEqual([[['admitted', true]], [200, null]]);
    const shown = await cli.run('authority', 'list', '--superior', superior, '--lang', 'en');
    expect(shown.stdout).toMatch(new RegExp(`${id} +gateway +310000 +admitted`));
  });

  test('signs attestations with a key that the log does not show', async () => {
    const { id, dataDir } = admitted;
    const keys = openKeyStore({ setting: null, dataDir });
    const [{ kid } = { kid: 'none' }] = keys.list('gateway', 'attestation');
    keys.close();
    const reply = await fetch(`${sandbox.url}/v1/registry/subordinates?entity_id=${encodeURIComponent(id)}`);
    const { subordinates } = subordinateListSchema.parse(await reply.json());
    expect(subordinates.map(({ published }) => published.map((key) => key.kid))).toEqual([[kid]]);
    const log = await cli.run('log', 'show');
    expect(joined(log.stdout)).toMatch(new RegExp(`subordinate_admitted +${id} ${kid} `));
  });

  test('signs with a new key before its province, far away, has taken it', async () => {
    const { id, superior, own } = admitted;
    const rotated = await own('keys', 'rotate', '--owner', 'gateway', '--use', 'federation', '--json');
    expect([rotated.exit, rotated.stderr]).toEqual([0, '']);
    const { kid } = z.object({ kid: z.string() }).parse(JSON.parse(rotated.stdout));
    const statement = await fetch(`${superior}/federation/fetch?sub=${encodeURIComponent(id)}`);
    const { payload } = parseCompact(await statement.text(), { maxBytes: 65_536, typ: 'entity-statement+jwt' });
    expect(JSON.stringify(payload['jwks'])).toContain(kid);
    expect(await resolved(id)).toEqual([200, null]);
  });

  test('cannot hand in its keys by hand, or twice', async () => {
    const { id, superior } = admitted;
    const refresh = async () => await cli.run('authority', 'refresh', id, '--json');
    const [first, second] = [await refresh(), await refresh()];
    expect([first.exit, second.exit]).toEqual([0, 0]);
    expect(JSON.parse(second.stdout)).toEqual({ entity_id: id, superior, taken: false });
    const nobody = await cli.run('authority', 'refresh', `${sandbox.url}/nobody`);
    expect([nobody.exit, nobody.stderr]).toEqual([1, expect.stringContaining('request_refused')]);
  });
});

describe('a province that was removed', () => {
  test('leaves its gateway, or what its gateway says, standing', async () => {
    // Hainan: nothing else in this file stands below it.
    const [province, gateway] = [provinceId('460000'), `${sandbox.url}/gateways/460000`];
    const venue = await openVenueClient(sandbox.url, 'haikou-airport');
    const reply = await venue.verify(await freshCode('410000'));
    expect([await resolved(gateway), await verdict(reply)]).toEqual([[200, null], 'verified']);
    const removed = await cli.run('authority', 'remove', province, '--json');
    expect(removed.exit).toBe(0);
    expect([await resolved(gateway), await resolved(province)]).toEqual([
      [404, 'not_found'],
      [404, 'not_found'],
    ]);
    expect([await listed(gateway), await listed(province)]).toEqual([[['admitted', false]], [['removed', false]]]);
    expect(await verdict(reply)).not.toBe('verified');
    const shown = await cli.run('authority', 'list', '--superior', province);
    expect(joined(shown.stdout)).toMatch(new RegExp(`${gateway} .*superior_removed`));
    const reasons = async () => await (await fetch(`${sandbox.url}/readyz`)).text();
    await expect.poll(reasons).toContain('not_admitted');
  });
});
