import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { loadProvinces } from '../../adapters/provinces/index.ts';
import { writeDescription } from '../authority/entity-description.ts';
import { readConfig } from '../compose/config.ts';
import { type RunningNode, startNode } from '../compose/node.ts';
import { readAnchor } from '../compose/read-anchor.ts';
import { parseCompact } from '../trust/strict-jws.ts';
import { validateChain } from '../trust/trust-chain.ts';
import { LOOPBACK_ONLY } from '../upstream/networks.ts';
import { PATIENCE_MS } from './patience.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';

const NAME = { zh: '测试', en: 'Test' };

/** One process plays the anchor and the provinces; the node under test is another, follows its log and knows the anchor file alone. */
let others: SandboxGateway;
let gateway: RunningNode;
let folder: string;

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
  gateway = await startNode(
    { ...config, roles: new Set(['destination']), logUrl: others.url },
    { networks: LOOPBACK_ONLY },
  );
  const { registry } = gateway.node.parts.registry;
  await vi.waitFor(() => expect(registry.folded().size).toBeGreaterThan(100), { timeout: PATIENCE_MS, interval: 100 });
});
afterAll(async () => {
  await gateway.close();
  await others.stop();
  rmSync(folder, { recursive: true, force: true });
});

const idOf = (province: string) => `${others.url}/provinces/${province}`;

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
    const { agencies } = await gateway.node.parts.trust.provinces.agencies('140000');
    expect(agencies.length).toBeGreaterThan(0);
    for (const { entityId } of agencies) expect(entityId.startsWith(`${idOf('140000')}/agencies/`)).toBe(true);
  });

  test('that nobody registered are asked about', async () => {
    const asking = async () => await gateway.node.parts.trust.provinces.issuerKeys('120000');
    await expect(asking()).rejects.toMatchObject({ code: 'anchor_unknown' });
    expect((await resolve(idOf('120000'))).status).toBe(404);
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
    const isReread = async () => {
      const { jwks } = await provinces.issuerKeys('410000', 'reread');
      return jwks.keys.some(({ kid }) => !before.includes(kid));
    };
    await expect.poll(isReread).toBe(true);
  });

  test('are put in the bundle without a chain, or hold it up when they are away', async () => {
    const chains = async () => Object.keys((await gateway.node.parts.trust.trustBundle())?.chains ?? {}).sort();
    // Whoever may have signed a statement: provinces, and the issuers below them.
    const signers = loadProvinces().flatMap(({ manifest: { province } }) => [
      idOf(province),
      `${others.url}/issuers/${province}`,
    ]);
    // The rotation before is in the log: a chain through that province is read again once the entry is here.
    const [, size] = (await (await fetch(`${others.url}/v1/log/checkpoint`)).text()).split('\n');
    const { registry } = gateway.node.parts.registry;
    await expect.poll(() => registry.folded().size).toBe(Number(size));
    // A rotation is two entries: a chain that was being read when the second came is given up once it is there.
    await chains();
    expect(await chains()).toEqual(signers.sort());
    others.signal('SIGSTOP');
    onTestFinished(() => others.signal('SIGCONT'));
    expect(await chains()).toEqual(signers);
    expect((await gateway.node.parts.trust.provinces.issuerKeys('410000')).jwks.keys.length).toBeGreaterThan(0);
  });
});
