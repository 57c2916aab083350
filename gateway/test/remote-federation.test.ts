import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { RegistryEventBody, RegistryEventKind } from '../../schemas/registry-event.ts';
import { subordinateListSchema } from '../../schemas/registry-views.ts';
import { writeDescription } from '../authority/entity-description.ts';
import { readConfig } from '../compose/config.ts';
import { type RunningNode, startNode } from '../compose/node.ts';
import { readAnchor } from '../compose/read-anchor.ts';
import type { Actor } from '../keys/actor.ts';
import { readActorFile } from '../keys/key-store.ts';
import { type ChainHead, signEvent } from '../registry/sign-event.ts';
import { sandboxSignerPath } from '../sandbox/actors.ts';
import { parseCompact } from '../trust/strict-jws.ts';
import { validateChain } from '../trust/trust-chain.ts';
import { LOOPBACK_ONLY } from '../upstream/networks.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';

const NAME = { zh: '测试', en: 'Test' };

/** One process plays the anchor and the provinces; the gateway under test is another, and knows the anchor's keys alone. */
let others: SandboxGateway;
let gateway: RunningNode;
let folder: string;
const heads = new Map<string, ChainHead>();

beforeAll(async () => {
  others = await startSandboxGateway();
  folder = mkdtempSync(join(tmpdir(), 'huren-remote-'));
  writeDescription(folder, {
    entity_id: 'http://127.0.0.1/gateway-under-test',
    kind: 'gateway',
    name: NAME,
    superior: idOf('410000'),
    owner: 'gateway',
    province: '410000',
  });
  const env = { HUREN_PORT: '0', HUREN_DATA_DIR: folder, HUREN_LOG_LEVEL: 'error' };
  const config = readConfig({ ...env, HUREN_ANCHOR_FILE: join(others.dataDir, 'anchor.json') });
  gateway = await startNode(config, { networks: LOOPBACK_ONLY });
  const { logSigner } = gateway.node.parts.registry;
  const { publicJwk } = await actorOf('anchor');
  const log = { origin: logSigner.origin, keys: [logSigner.verifierKey] };
  await enter('anchor', 'registry_created', { name: NAME, jwks: { keys: [publicJwk] }, log });
  for (const province of ['410000', '140000'] as const) await enrol(province);
});
afterAll(async () => {
  await gateway.close();
  await others.stop();
  rmSync(folder, { recursive: true, force: true });
});

const idOf = (province: string) => `${others.url}/provinces/${province}`;

async function enrol(province: ProvinceCode): Promise<void> {
  const { publicJwk } = await actorOf(province);
  const entity_id = idOf(province);
  await enter('anchor', 'entity_enrolled', {
    entity_id,
    role: 'province',
    name: NAME,
    jwks: { keys: [publicJwk] },
    province,
  });
  for (const { kind, jwks, ...admitted } of await subordinatesAt('entity_id', entity_id)) {
    await enter('anchor', 'subordinate_admitted', { ...named(admitted), kind, jwks: { keys: jwks }, province });
  }
  for (const { kind, jwks, level, role, ...admitted } of await subordinatesAt('superior', entity_id)) {
    if (kind !== 'agency' || level === null || role === null) continue;
    await enter(province, 'subordinate_admitted', { ...named(admitted), kind, jwks: { keys: jwks }, level, role });
  }
}

const named = ({ entity_id }: { readonly entity_id: string }) => ({ entity_id, name: NAME });

/** Who is vouched for, and with which federation keys, by the others' log. */
async function subordinatesAt(member: 'entity_id' | 'superior', id: string) {
  const reply = await fetch(`${others.url}/v1/registry/subordinates?${member}=${encodeURIComponent(id)}`);
  return subordinateListSchema.parse(await reply.json()).subordinates;
}

async function actorOf(name: string): Promise<Actor> {
  const actor = await readActorFile(sandboxSignerPath(others.dataDir, name));
  if (actor === null) throw new Error(`the sandbox has no ${name}`);
  return actor;
}

async function enter<K extends RegistryEventKind>(name: string, kind: K, body: RegistryEventBody<K>): Promise<void> {
  const { entityId, signer } = await actorOf(name);
  const head = heads.get(name) ?? { entityId, seq: 0, prev: null };
  const signed = await signEvent(signer, head, { kind, body }, Math.floor(Date.now() / 1000));
  const headers = { 'content-type': 'application/jose' };
  const reply = await fetch(`${gateway.url}/v1/registry/events`, { method: 'POST', headers, body: signed.jws });
  expect([reply.status, reply.ok || (await reply.text())]).toEqual([201, true]);
  heads.set(name, signed.head);
}

function resolve(id: string): Promise<Response> {
  return fetch(`${gateway.url}/federation/resolve?sub=${encodeURIComponent(id)}`);
}

describe('provinces that another host speaks for', () => {
  test('have no statement keys, or others than their chain vouches for', async () => {
    const { provinces } = gateway.node.parts.trust;
    const { entityId, jwks, expS } = await provinces.issuerKeys('410000');
    expect(entityId).toBe(idOf('410000'));
    expect(jwks.keys.length).toBeGreaterThan(0);
    expect(expS).toBeGreaterThan(Date.now() / 1000);
    expect((await provinces.issuerKeys('410000')).jwks).toBe(jwks);
  });

  test('have no agencies, or those of another province', async () => {
    const agencies = await gateway.node.parts.trust.provinces.agencies('140000');
    expect(agencies.length).toBeGreaterThan(0);
    for (const { entityId } of agencies) expect(entityId.startsWith(`${idOf('140000')}/agencies/`)).toBe(true);
  });

  test('that nobody registered are asked about', async () => {
    await expect(gateway.node.parts.trust.provinces.issuerKeys('310000')).rejects.toMatchObject({
      code: 'anchor_unknown',
    });
    expect((await resolve(idOf('310000'))).status).toBe(404);
  });

  test('cannot be resolved here, or with a chain that does not stand', async () => {
    const reply = await resolve(idOf('410000'));
    expect(reply.status).toBe(200);
    const { payload } = parseCompact(await reply.text(), { maxBytes: 262_144, typ: 'resolve-response+jwt' });
    const chain = payload['trust_chain'];
    const pinned = readAnchor(join(others.dataDir, 'anchor.json'));
    if (pinned === null || !Array.isArray(chain)) throw new Error('no chain');
    const { entityId } = await validateChain(chain.map(String), pinned.federation, Math.floor(Date.now() / 1000));
    expect(entityId).toBe(idOf('410000'));
  });

  test('leave the keys of a rotation unknown', async () => {
    const { provinces } = gateway.node.parts.trust;
    const before = (await provinces.issuerKeys('410000')).jwks.keys.map(({ kid }) => kid);
    const rotated = await fetch(`${others.url}/sandbox/keys/rotate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ province: '410000' }),
    });
    expect(rotated.status).toBe(200);
    await expect
      .poll(
        async () => (await provinces.issuerKeys('410000', 'reread')).jwks.keys.some(({ kid }) => !before.includes(kid)),
        {
          timeout: 5_000,
        },
      )
      .toBe(true);
  });

  test('are put in the bundle without a chain, or hold it up when they are away', async () => {
    const chains = async () => Object.keys((await gateway.node.parts.trust.trustBundle())?.chains ?? {}).sort();
    expect(await chains()).toEqual([idOf('140000'), idOf('410000')].sort());
    await others.stop();
    expect(await chains()).toEqual([idOf('140000'), idOf('410000')].sort());
    expect((await gateway.node.parts.trust.provinces.issuerKeys('410000')).jwks.keys.length).toBeGreaterThan(0);
  });
});
