import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { problemSchema } from '../../schemas/problem.ts';
import type { RegistryEventBody, RegistryEventKind } from '../../schemas/registry-event.ts';
import { sandboxCodesSchema } from '../../schemas/sandbox.ts';
import type { Actor } from '../keys/actor.ts';
import { readActorFile } from '../keys/key-store.ts';
import { parseCheckpoint, verifyCheckpoint } from '../log/checkpoint.ts';
import { cosignCheckpoint } from '../log/checkpoint-signing.ts';
import { cosigner } from '../log/cosigner.fixture.ts';
import { leafHash, verifyConsistency, verifyInclusion } from '../log/merkle.ts';
import { noteKey, parseVerifierKey, rawPublicKey } from '../log/note.ts';
import { decodeBundle } from '../log/tiles.ts';
import { actors, adapterTexts, HENAN, HENAN_1_NAMED, makeActor, NAME } from '../registry/registry.fixture.ts';
import { witnessName } from '../registry/witnesses.ts';
import { sandboxSignerPath } from '../sandbox/actors.ts';
import { PATIENTLY } from '../test/patience.ts';
import { type SandboxGateway, startSandboxGateway } from '../test/sandbox-gateway.ts';
import { openVenueClient, type VenueClient } from '../test/venue-client.ts';
import { signEvent, textDigest } from '../trust/registry-event.ts';

let gateway: SandboxGateway;
let venue: VenueClient;
let anchor: Actor;
let first: Actor;
let second: Actor;
let henan: Actor;

beforeAll(async () => {
  gateway = await startSandboxGateway();
  venue = await openVenueClient(gateway.url);
  anchor = await actorOf('anchor');
  first = await actorOf('operator-a');
  second = await actorOf('operator-b');
  henan = await actorOf('410000');
});
afterAll(() => gateway.stop());

async function actorOf(name: string): Promise<Actor> {
  const actor = await readActorFile(sandboxSignerPath(gateway.dataDir, name));
  if (actor === null) throw new Error(`the sandbox has no ${name}`);
  return actor;
}

const receiptSchema = z.strictObject({
  index: z.int(),
  checkpoint: z.string(),
  inclusion_proof: z.array(z.base64()),
});
const entitiesSchema = z.object({
  entities: z.array(z.object({ entity_id: z.string(), seq: z.int(), prev: z.string().nullable() })),
});

async function get(path: string): Promise<unknown> {
  const reply = await fetch(`${gateway.url}${path}`);
  expect(reply.status, path).toBe(200);
  return await reply.json();
}

async function sign<K extends RegistryEventKind>(actor: Actor, kind: K, body: RegistryEventBody<K>): Promise<string> {
  const query = new URLSearchParams({ entity_id: actor.entityId });
  const { entities } = entitiesSchema.parse(await get(`/v1/registry/entities?${query}`));
  const { seq, prev } = entities[0] ?? { seq: 0, prev: null };
  const head = { entityId: actor.entityId, seq, prev };
  return (await signEvent(actor.signer, head, { kind, body }, Math.floor(Date.now() / 1000))).jws;
}

function post(body: string, type = 'application/jose'): Promise<Response> {
  return fetch(`${gateway.url}/v1/registry/events`, { method: 'POST', headers: { 'content-type': type }, body });
}

async function submit<K extends RegistryEventKind>(
  actor: Actor,
  kind: K,
  body: RegistryEventBody<K>,
  scenarios?: string,
): Promise<z.infer<typeof receiptSchema>> {
  const event = await sign(actor, kind, body);
  const reply =
    scenarios === undefined ? await post(event) : await post(JSON.stringify({ event, scenarios }), 'application/json');
  const answer: unknown = await reply.json();
  expect(reply.status, JSON.stringify(answer)).toBe(201);
  return receiptSchema.parse(answer);
}

async function refusal(response: Response) {
  const { status, code, detail } = problemSchema.parse(await response.json());
  return [status, code, detail];
}

function bytes(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

async function trust() {
  const [key = ''] = (await (await fetch(`${gateway.url}/v1/log/key`)).text()).split('\n');
  const logKey = parseVerifierKey(key);
  return { origin: logKey.name, logKeys: [logKey], witnesses: [] };
}

describe('an event that is accepted', () => {
  test('is answered before it is in the log, or with a proof that does not hold', async () => {
    const { publicJwk } = await makeActor('further');
    const event = await sign(first, 'key_announced', { use: 'federation', jwk: publicJwk });
    const { index, checkpoint, inclusion_proof } = receiptSchema.parse(await (await post(event)).json());
    const { size, root } = verifyCheckpoint(checkpoint, await trust());
    const claim = { index, size, root, leafHash: leafHash(Buffer.from(event)), proof: inclusion_proof.map(bytes) };
    expect(verifyInclusion(claim)).toBe(true);
    const tile = await fetch(`${gateway.url}/v1/log/tile/entries/000.p/${size}`);
    const entries = decodeBundle(new Uint8Array(await tile.arrayBuffer()));
    expect(Buffer.from(entries[index] ?? []).toString()).toBe(event);
  });
});

describe('an event that is refused', () => {
  test.each([
    ['no event at all', 'a.b.c', 'application/jose', [400, 'event_invalid', 'event_malformed: base64_not_canonical']],
    ['an empty body', '', 'application/jose', [400, 'body_invalid', 'the body is no signed event']],
    ['an unknown charset', 'x', 'application/jose; charset=none', [415, 'media_type_unsupported', undefined]],
    ['another media type', 'x', 'text/plain', [415, 'media_type_unsupported', undefined]],
    ['an undocumented member', '{"event":"a","note":1}', 'application/json', [400, 'body_invalid', expect.any(String)]],
    ['too much', 'x'.repeat(600_000), 'application/jose', [413, 'body_too_large', undefined]],
  ])('%s is not told by its own code', async (_name, body, type, expected) => {
    expect(await refusal(await post(body, type))).toEqual(expected);
  });

  test('is told without saying what to do', async () => {
    const event = await sign(second, 'adapter_resumed', { province: '410000' });
    const problem = problemSchema.parse(await (await post(event)).json());
    expect(problem).toMatchObject({ status: 409, code: 'log_conflict', detail: 'adapter_not_suspended' });
    expect(problem.next.zh).not.toBe('');
  });

  test('of a stranger, of another province or twice is taken', async () => {
    const approval = { ...HENAN_1_NAMED, manifest_digest: textDigest(HENAN.manifest) };
    const stranger = await sign(actors.stranger, 'adapter_approved', approval);
    expect(await refusal(await post(stranger))).toEqual([403, 'event_unauthorised', 'signer_unknown']);
    const foreign = await sign(henan, 'adapter_suspended', { province: '310000', reason: 'other' });
    expect(await refusal(await post(foreign))).toEqual([403, 'event_unauthorised', 'province_foreign']);
    const { publicJwk } = await makeActor('further');
    const replayed = await sign(second, 'key_announced', { use: 'federation', jwk: publicJwk });
    expect((await post(replayed)).status).toBe(201);
    expect(await refusal(await post(replayed))).toEqual([409, 'log_conflict', 'sequence_replayed']);
  });
});

describe('the log', () => {
  test('contradicts what it signed before', async () => {
    const earlier = parseCheckpoint(await (await fetch(`${gateway.url}/v1/log/checkpoint`)).text());
    const { publicJwk } = await makeActor('further');
    await submit(first, 'key_announced', { use: 'federation', jwk: publicJwk });
    const later = verifyCheckpoint(await (await fetch(`${gateway.url}/v1/log/checkpoint`)).text(), await trust());
    const proofSchema = z.object({ proof: z.array(z.base64()) });
    const path = `/v1/log/proof/consistency?from=${earlier.size}&to=${later.size}`;
    const { proof } = proofSchema.parse(await get(path));
    const claim = { size1: earlier.size, size2: later.size, root1: earlier.root, root2: later.root };
    expect(later.size).toBe(earlier.size + 1);
    expect(verifyConsistency({ ...claim, proof: proof.map(bytes) })).toBe(true);
  });

  test.each([
    ['/v1/log/proof/inclusion', 400],
    ['/v1/log/proof/inclusion?index=-1', 400],
    ['/v1/log/proof/inclusion?index=01', 400],
    ['/v1/log/proof/inclusion?index=1&index=2', 400],
    ['/v1/log/proof/inclusion?index=9&size=9', 400],
    ['/v1/log/proof/inclusion?index=1&size=999999', 400],
    ['/v1/log/proof/consistency?from=0&to=4', 400],
    ['/v1/log/proof/consistency?from=5&to=4', 400],
    ['/v1/log/tile/0/0', 404],
    ['/v1/log/tile/0/999', 404],
    ['/v1/log/tile/entries/000.p/0', 404],
    ['/v1/log/tile/entries/%2e%2e/checkpoint', 404],
    ['/v1/registry/adapters/410000/versions/9.9.9', 404],
    ['/v1/registry/adapters/000001', 404],
    ['/v1/registry/entities?entity_id=', 400],
  ])('%s is answered otherwise than with %s', async (path, status) => {
    const reply = await fetch(`${gateway.url}${path}`);
    expect(problemSchema.parse(await reply.json()).status).toBe(status);
  });
});

describe('a witness', () => {
  test('cannot cosign, or a stranger or a cosignature of something else is believed', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const jwk = {
      kty: 'OKP',
      crv: 'Ed25519',
      x: publicKey.export({ format: 'jwk' }).x ?? '',
      kid: 'witness-1',
    } as const;
    await submit(henan, 'key_announced', { use: 'witness', jwk });
    await submit(henan, 'key_activated', { use: 'witness', kid: jwk.kid });
    const witness = { name: witnessName(henan.entityId), privateKey };
    const note = await (await fetch(`${gateway.url}/v1/log/checkpoint`)).text();
    const nowS = Math.floor(Date.now() / 1000);
    const stranger = { name: witness.name, privateKey: generateKeyPairSync('ed25519').privateKey };
    expect(await cosign(cosignCheckpoint(note, cosigner(stranger), nowS))).toBe(403);
    expect(await cosign(cosignCheckpoint(note.replace(/\n\d+\n/, '\n1\n'), cosigner(witness), nowS))).toBe(403);
    expect(await cosign('no such line')).toBe(400);
    expect(await cosign(cosignCheckpoint(note, cosigner(witness), nowS))).toBe(201);

    const known = { ...(await trust()), witnesses: [noteKey(witness.name, 'cosignature', rawPublicKey(publicKey))] };
    for (const path of ['checkpoint', 'checkpoint/cosigned']) {
      const served = await (await fetch(`${gateway.url}/v1/log/${path}`)).text();
      expect(verifyCheckpoint(served, known).cosignatures).toEqual([{ name: witness.name, timestampS: nowS }]);
    }
  });
});

async function cosign(line: string): Promise<number> {
  const headers = { 'content-type': 'text/plain' };
  return (await fetch(`${gateway.url}/v1/log/cosignatures`, { method: 'POST', headers, body: line })).status;
}

describe('a division’s own system', () => {
  test('is asked by nobody, or is not told from its province’s', async () => {
    const address = 'https://zhengzhou.invalid/c?code=YKM1';
    const taken = { kind: 'url', host: 'zhengzhou.invalid', path: '/c', parameter: 'code', value_prefix: 'YKM1' };
    const recognise = [{ ...taken, length: { min: 36, max: 36 }, alphabet: 'hex' }];
    const manifest = JSON.stringify({ ...JSON.parse(HENAN.manifest), division: '410100', recognise });
    const scenarios = HENAN.scenarios.replaceAll('YKM1{hex32}', `${address}{hex32}`);
    const named = { province: '410000', division: '410100', version: '1.0.0' } as const;
    const version = { ...named, manifest_digest: textDigest(manifest) };
    const own = sandboxCodesSchema
      .parse(await get('/sandbox/codes'))
      .find(({ province, scenario }) => province === '410000' && scenario === 'green');
    const code = address + own?.code.slice('YKM1'.length);
    await submit(henan, 'adapter_submitted', { manifest, scenarios_digest: textDigest(scenarios) }, scenarios);
    expect(await venue.problem(code)).toMatchObject({ code: 'code_unrecognised' });
    for (const operator of [first, second]) await submit(operator, 'adapter_approved', version);
    await submit(henan, 'adapter_activated', { ...version, mode: { stage: 'full' } });

    await vi.waitFor(async () => expect(await venue.verify(code)).toMatchObject({ decision: 'pass' }), PATIENTLY);
    const path = '/v1/registry/adapters/410000';
    expect(await get(`${path}?division=410100`)).toMatchObject({ division: '410100', active: '1.0.0' });
    expect(await get(path)).not.toHaveProperty('division');
    const all = { adapters: [{ province: '410000' }, { province: '410000', division: '410100' }] };
    expect(await get('/v1/registry/adapters?province=410000')).toMatchObject(all);
    expect((await fetch(`${gateway.url}${path}?division=410200`)).status).toBe(404);

    await submit(first, 'adapter_suspended', { province: '410000', division: '410100', reason: 'other' });
    await vi.waitFor(
      async () => expect(await venue.problem(code)).toMatchObject({ code: 'adapter_suspended' }),
      PATIENTLY,
    );
    expect(await venue.verify(own?.code ?? '')).toMatchObject({ decision: 'pass' });
  });
});

describe('a seventeenth province', () => {
  test('cannot join a running gateway, or goes on answering when it is suspended', async () => {
    const tianjin = { ...(await makeActor('120000')), entityId: `${anchor.entityId}/provinces/120000` };
    const { manifest, scenarios } = adapterTexts('120000-tianjin', 'conformance/examples');
    const manifest_digest = textDigest(manifest);
    await submit(anchor, 'entity_enrolled', {
      entity_id: tianjin.entityId,
      role: 'province',
      province: '120000',
      name: NAME,
      jwks: { keys: [tianjin.publicJwk] },
    });
    const named = { province: '120000', version: '0.1.0', manifest_digest } as const;
    const scenarios_digest = textDigest(scenarios);
    await submit(tianjin, 'adapter_submitted', { manifest, scenarios_digest }, scenarios);
    const report = await get('/v1/registry/adapters/120000/versions/0.1.0/report');
    expect(report).toMatchObject({ passed: true, level: 'live', manifest_digest });
    await submit(first, 'adapter_approved', named);
    const early = await sign(tianjin, 'adapter_activated', { ...named, mode: { stage: 'full' } });
    expect(await refusal(await post(early))).toEqual([403, 'event_unauthorised', 'approvals_missing']);
    await submit(second, 'adapter_approved', named);
    await submit(tianjin, 'adapter_activated', { ...named, mode: { stage: 'full' } });

    const unregistered = sandboxCodesSchema.parse(await get('/sandbox/codes?unregistered=1'));
    const code = unregistered.find(({ scenario }) => scenario === 'green')?.code ?? '';
    expect(await venue.verify(code)).toMatchObject({ issuer: { province: '120000' }, decision: 'pass' });
    await submit(first, 'adapter_suspended', { province: '120000', reason: 'misuse' });
    await vi.waitFor(
      async () => expect(await venue.problem(code)).toMatchObject({ code: 'adapter_suspended' }),
      PATIENTLY,
    );
    expect(await get('/v1/registry/adapters/120000')).toMatchObject({
      state: 'suspended',
      suspended: { by: first.entityId, reason: 'misuse' },
      versions: [{ stage: 'full', approvals: [{ counts: true }, { counts: true }] }],
    });
  });
});
