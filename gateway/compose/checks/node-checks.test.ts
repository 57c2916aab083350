import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { writeDescription } from '../../authority/entity-description.ts';
import { huren } from '../../cli/huren.fixture.ts';
import { formatVerifierKey, noteKey, rawPublicKey } from '../../log/note.ts';
import { type SandboxGateway, startSandboxGateway } from '../../test/sandbox-gateway.ts';
import { CERTIFICATE_KEY_PEM, CERTIFICATE_PEM } from './certificate.fixture.ts';
import { file, folder, line, said, subjectOf } from './checks.fixture.ts';
import { checkClock } from './registry-checks.ts';

const findingSchema = z.looseObject({ check: z.string(), found: z.object({ en: z.string() }) });
let nation: SandboxGateway;
let follower: Record<string, string>;
beforeAll(async () => {
  nation = await startSandboxGateway({ HUREN_LOG_LEVEL: 'error' });
  follower = {
    HUREN_ROLES: 'issuer,destination',
    HUREN_LOG_URL: nation.url,
    HUREN_ANCHOR_FILE: join(nation.dataDir, 'anchor.json'),
    HUREN_ENTITY_ID: nation.url,
    HUREN_DATA_DIR: dataDirWith('keys/gateway/federation.json'),
  };
});

/** A node of the sandbox's own gateway with rings of the sandbox's. */
function dataDirWith(federation: string, attestation = 'keys/gateway/attestation.json'): string {
  const dataDir = mkdtempSync(join(folder, 'data-'));
  mkdirSync(join(dataDir, 'keys/gateway'), { recursive: true });
  const rings = { federation, attestation };
  for (const [use, ring] of Object.entries(rings)) {
    const text = readFileSync(join(nation.dataDir, ring), 'utf8');
    writeFileSync(join(dataDir, `keys/gateway/${use}.json`), text, { mode: 0o600 });
  }
  mkdirSync(join(dataDir, 'entities'));
  cpSync(join(nation.dataDir, 'entities/gateway.json'), join(dataDir, 'entities/gateway.json'));
  return dataDir;
}
afterAll(() => nation.stop());

test('a registry, a chain and a clock that are right do not pass', async () => {
  expect(await said('registry', 'HUREN_LOG_URL', follower)).toEqual([expect.stringMatching(/^good: \d+ entries/)]);
  expect(await said('chain', 'HUREN_DATA_DIR', follower)).toEqual([
    expect.stringMatching(/^good: .+: 3 links up to the anchor, all valid$/),
  ]);
  expect(await said('clock', 'HUREN_LOG_URL', follower)).toEqual([expect.stringMatching(/^good: \d s off http/)]);
});

test('a registry that another key signs for passes', async () => {
  const anchor = z
    .looseObject({ registry: z.looseObject({}) })
    .parse(JSON.parse(readFileSync(follower['HUREN_ANCHOR_FILE'] ?? '', 'utf8')));
  const { publicKey } = generateKeyPairSync('ed25519');
  const log_keys = [formatVerifierKey(noteKey(`${new URL(nation.url).host}/log`, 'ed25519', rawPublicKey(publicKey)))];
  const other = file(JSON.stringify({ ...anchor, registry: { ...anchor.registry, log_keys } }));
  const check = (env: Record<string, string>) => said('registry', 'HUREN_LOG_URL', { ...follower, ...env });
  expect(await check({ HUREN_ANCHOR_FILE: other })).toEqual([
    expect.stringMatching(/^bad: its checkpoint is not to be believed/),
  ]);
  expect(await check({ HUREN_LOG_URL: `${nation.url}/elsewhere` })).toEqual(['bad: it answers 404, and is no log']);
  expect(await check({ HUREN_LOG_URL: 'http://127.0.0.1:9' })).toEqual(['bad: nothing listens there']);
});

test('a node that nobody has admitted passes, or one whose key the superior does not state', async () => {
  const check = (env: Record<string, string>) => said('chain', 'HUREN_DATA_DIR', { ...follower, ...env });
  const stranger = (superior: string) => {
    const dataDir = mkdtempSync(join(folder, 'data-'));
    const name = { zh: '陌生人', en: 'Stranger' };
    const entity_id = `${nation.url}/stranger`;
    writeDescription(dataDir, { entity_id, kind: 'gateway', name, superior, owner: 'gateway', province: '410000' });
    return { HUREN_DATA_DIR: dataDir };
  };
  expect(await check(stranger(`${nation.url}/anchor`))).toEqual([
    `bad: ${nation.url}/anchor has not admitted ${nation.url}/stranger`,
  ]);
  const others = [
    dataDirWith('keys/sandbox/anchor/federation.json'),
    dataDirWith('keys/gateway/federation.json', 'keys/sandbox/310000/gateway/attestation.json'),
  ];
  for (const HUREN_DATA_DIR of others) {
    expect(await check({ HUREN_DATA_DIR })).toEqual([
      expect.stringMatching(/^bad: .+ does not state .+, which .+ uses$/),
    ]);
  }
  expect(await check(stranger('http://127.0.0.1:9'))).toEqual([
    'bad: the chain breaks at http://127.0.0.1:9: nothing listens there',
  ]);
});

test('a clock that is a minute off passes', async () => {
  const ask = async () => ({ status: 200, mediaType: '', body: '', aheadMs: 60_000 });
  const finding = await checkClock(subjectOf(follower, Date.now), ask);
  expect(line(finding)).toBe(`bad: 60 s off ${nation.url}`);
});

test('an authority that nobody named is believed', async () => {
  const server = createTlsServer({ cert: CERTIFICATE_PEM, key: CERTIFICATE_KEY_PEM }, (_request, response) => {
    response.writeHead(404).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const env = { ...follower, HUREN_PORT: '0', HUREN_LOG_URL: `https://127.0.0.1:${port}` };
  // In processes of their own: an authority that is believed is believed by the whole process.
  const registryBy = async (more: Record<string, string>) => {
    const { stdout } = await huren(['config', 'check', '--json'], { ...env, ...more });
    const { findings } = z.object({ findings: z.array(findingSchema) }).parse(JSON.parse(stdout));
    return findings.find(({ check }) => check === 'registry')?.found.en;
  };
  expect(await registryBy({})).toBe('its certificate is by nobody who is believed here (see HUREN_CA_FILE)');
  expect(await registryBy({ HUREN_CA_FILE: file(CERTIFICATE_PEM) })).toBe('it answers 404, and is no log');
  server.close();
  server.closeAllConnections();
});

test('the command exits with 0 for what is bad, or with 1 for what is good', async () => {
  const good = await huren(['config', 'check', '--json'], { ...follower, HUREN_PORT: '0' });
  expect(z.object({ failed: z.number() }).parse(JSON.parse(good.stdout)).failed).toBe(0);
  expect([good.exit, good.stderr]).toEqual([0, '']);
  const wrong = await huren(['config', 'check', '--lang', 'zh'], { HUREN_PROT: '1' });
  expect(wrong.stdout).toMatch(/^✗ {2}HUREN_PROT +setting +没有这个设置；是否指 HUREN_PORT\n {5}下一步：/);
  expect(wrong.exit).toBe(1);
});
