import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { writeDescription } from '../../authority/entity-description.ts';
import { huren } from '../../cli/huren.fixture.ts';
import { formatVerifierKey, noteKey, rawPublicKey } from '../../log/note.ts';
import { startPostgres, type TestPostgres } from '../../test/postgres.ts';
import { startRedis, type TestRedis } from '../../test/redis.ts';
import { type SandboxGateway, startSandboxGateway } from '../../test/sandbox-gateway.ts';
import { readConfig } from '../config.ts';
import { CERTIFICATE_KEY_PEM, CERTIFICATE_PEM } from './certificate.fixture.ts';
import type { CheckCode, Finding, Subject } from './finding.ts';
import { checkOpenFiles } from './machine-checks.ts';
import { checkClock } from './registry-checks.ts';
import { runConfigCheck } from './run-config-check.ts';
import { checkServerCertificate } from './tls-checks.ts';

const SECRET = 'a-secret-of-the-tests-that-is-long-enough-0123456789';
const findingSchema = z.looseObject({ check: z.string(), found: z.object({ en: z.string() }) });
const folder = mkdtempSync(join(tmpdir(), 'huren-check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

function file(text: string, mode = 0o600): string {
  files += 1;
  const path = join(folder, `file-${files}`);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

/** What one check says, in English, its mark first. */
async function said(
  check: CheckCode,
  setting: string,
  env: Record<string, string>,
  sandbox = false,
): Promise<string[]> {
  const findings = await runConfigCheck({ HUREN_PORT: '0', HUREN_DATA_DIR: join(folder, 'none'), ...env }, { sandbox });
  return findings.filter((one) => one.check === check && one.setting === setting).map(line);
}

function line({ outcome, found, next }: Finding): string {
  expect(next === null).toBe(outcome !== 'bad');
  return `${outcome}: ${found.en}`;
}

function subjectOf(env: Record<string, string>, nowMs: () => number): Subject {
  return { env, config: readConfig(env), sandbox: false, nowMs };
}

describe('settings', () => {
  test('an unknown one, or a bad one, is listed as if it were used', async () => {
    const env = { HUREN_HSOT: '1', HUREN_PORT: 'abc' };
    expect(await said('setting', 'HUREN_HSOT', env)).toEqual(['bad: there is no such setting; is HUREN_HOST meant?']);
    expect(await said('setting', 'HUREN_PORT', env)).toEqual(['bad: must be a whole number from 0 to 65535']);
  });

  test('a secret is shown', async () => {
    const env = { HUREN_CACHE_SECRET: SECRET, HUREN_OPERATOR_CLIENT_SECRET_FILE: file(SECRET) };
    expect(JSON.stringify(await runConfigCheck(env, { sandbox: false }))).not.toContain(SECRET);
    expect(await said('setting', 'HUREN_CACHE_SECRET', env)).toEqual(['good: set']);
  });

  test('one fault hides what else can be tried', async () => {
    expect(await said('disk', 'HUREN_DATA_DIR', { HUREN_HSOT: '1' })).toEqual([
      expect.stringMatching(/^good: \d+ MiB/),
    ]);
  });
});

describe('files', () => {
  test('a secret that everybody may read passes', async () => {
    const check = (setting: string, mode: number) =>
      said('setting', setting, { HUREN_CACHE_SECRET_FILE: file(SECRET, mode) });
    expect(await check('HUREN_CACHE_SECRET_FILE', 0o644)).toEqual([
      expect.stringMatching(/^bad: .+ may be read by others: chmod 640, and replace/),
    ]);
    expect(await check('HUREN_CACHE_SECRET', 0o640)).toEqual([expect.stringMatching(/^good: from /)]);
  });

  test('an anchor file that is none passes, or is quoted', async () => {
    const check = (path: string) => said('file', 'HUREN_ANCHOR_FILE', { HUREN_ANCHOR_FILE: path });
    const damaged = file('{"entity_id":"very-private"');
    expect(await check(damaged)).toEqual([`bad: ${damaged} is no readable anchor file`]);
    expect(await said('file', 'HUREN_ANCHOR_FILE', {})).toEqual(['bad: not set: nobody is believed']);
    expect(await said('file', 'HUREN_ANCHOR_FILE', {}, true)).toEqual(['unused: a sandbox brings its own anchor']);
  });

  test('a key file that others may read, or that is damaged, passes', async () => {
    const dataDir = mkdtempSync(join(folder, 'data-'));
    mkdirSync(join(dataDir, 'keys/gateway'), { recursive: true });
    const ring = join(dataDir, 'keys/gateway/federation.json');
    const check = () => said('keys', 'HUREN_DATA_DIR', { HUREN_DATA_DIR: dataDir });
    expect(await check()).toEqual([expect.stringContaining('the first start makes them')]);
    writeFileSync(ring, '{"keys":[]}', { mode: 0o600 });
    expect(await check()).toEqual([`good: 1 key files in ${dataDir}/keys, all usable`]);
    chmodSync(ring, 0o640);
    expect(await check()).toEqual([`bad: ${ring} may be read by others (640)`]);
    chmodSync(ring, 0o600);
    writeFileSync(ring, '{"keys":[{"d":"very-private"');
    expect(await check()).toEqual([`bad: ${ring} is no key file`]);
  });

  test('an upstream file of another form passes', async () => {
    const upstreams = mkdtempSync(join(folder, 'upstreams-'));
    const check = () => said('file', 'HUREN_UPSTREAM_DIR', { HUREN_UPSTREAM_DIR: upstreams });
    writeFileSync(join(upstreams, '410000.json'), '{"secrets":{"key":"x"}}', { mode: 0o600 });
    expect(await check()).toEqual(['good: files of 1 provinces, all usable']);
    chmodSync(join(upstreams, '410000.json'), 0o644);
    expect(await check()).toEqual([expect.stringMatching(/^bad: .+may be read by others/)]);
    writeFileSync(join(upstreams, '410000.json'), '{"secret":');
    expect(await check()).toEqual([expect.stringMatching(/^bad: .*410000\.json/)]);
  });
});

describe('TLS', () => {
  const tls = (entityId: string, key: string) => ({
    HUREN_TLS_CERT_FILE: file(CERTIFICATE_PEM, 0o644),
    HUREN_TLS_KEY_FILE: file(key),
    HUREN_ENTITY_ID: entityId,
  });
  const at = (year: number, env: Record<string, string>) =>
    checkServerCertificate(subjectOf(env, () => Date.UTC(year, 0, 1))).map(line);

  test('a pair that fits is refused', () => {
    expect(at(2030, tls('https://gateway.example', CERTIFICATE_KEY_PEM))).toEqual([
      expect.stringMatching(/^good: valid until /),
      expect.stringMatching(/^good: .+\(600\)$/),
    ]);
  });

  test('a name that is an address is looked for among the names', () => {
    expect(at(2030, tls('https://127.0.0.1:8443', CERTIFICATE_KEY_PEM))[0]).toMatch(/^good: /);
    expect(at(2030, tls('https://127.0.0.2', CERTIFICATE_KEY_PEM))[0]).toMatch(/^bad: .+ have 127\.0\.0\.2/);
  });

  test('another name, another time or another key passes', () => {
    expect(at(2030, tls('https://other.example', CERTIFICATE_KEY_PEM))[0]).toMatch(
      /^bad: .+does not have other\.example/,
    );
    expect(at(2200, tls('https://gateway.example', CERTIFICATE_KEY_PEM))[0]).toMatch(/^bad: the certificate expired/);
    expect(at(2020, tls('https://gateway.example', CERTIFICATE_KEY_PEM))[0]).toMatch(/^bad: .+ not valid before/);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const other = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(at(2030, tls('https://gateway.example', other))[1]).toMatch(/^bad: .+ is not the key of that certificate/);
  });

  test('a file without a certificate passes for an authority', async () => {
    expect(await said('file', 'HUREN_CA_FILE', { HUREN_CA_FILE: file('nothing') })).toEqual([
      expect.stringMatching(/^bad: /),
    ]);
    expect(await said('file', 'HUREN_CA_FILE', { HUREN_CA_FILE: file(CERTIFICATE_PEM) })).toEqual([
      'good: 1 certificates',
    ]);
  });
});

describe('the machine', () => {
  test('a port that is taken passes', async () => {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = z.object({ port: z.number() }).parse(server.address());
    expect(await said('port', 'HUREN_PORT', { HUREN_PORT: `${port}` })).toEqual([
      expect.stringMatching(/^bad: port \d+ of 127/),
    ]);
    server.close();
    await once(server, 'close');
    expect(await said('port', 'HUREN_PORT', { HUREN_PORT: `${port}` })).toEqual([`good: 127.0.0.1:${port} is free`]);
  });

  test('an address of another machine passes', async () => {
    const env = { HUREN_HOST: '192.0.2.1', HUREN_ENTITY_ID: 'https://a.example' };
    expect(await said('port', 'HUREN_HOST', env)).toEqual([expect.stringMatching(/^bad: 192\.0\.2\.1 is no address/)]);
  });

  test('a data directory that cannot be written to passes', async () => {
    const check = (path: string) => said('data_directory', 'HUREN_DATA_DIR', { HUREN_DATA_DIR: path });
    expect(await check('/proc/huren')).toEqual(['bad: /proc cannot be written to']);
    expect(await check(file('x'))).toEqual([expect.stringMatching(/^bad: .+ cannot be written to/)]);
    expect(await check(join(folder, 'new/deeper'))).toEqual([`good: ${folder}/new/deeper will be made by the start`]);
  });

  test('a limit of 64 open files passes', () => {
    expect(line(checkOpenFiles(64))).toBe('bad: 64, less than 1024: a surge ends in refused connections');
    expect(line(checkOpenFiles(65_536))).toBe('good: 65536');
  });
});

describe('stores', () => {
  let postgres: TestPostgres;
  let redis: TestRedis;
  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  });
  afterAll(async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
  });

  test('a PostgreSQL that cannot be used passes, or one that can does not', async () => {
    const url = new URL(await postgres.createDatabase());
    const check = (change: Partial<URL>) =>
      said('database', 'HUREN_DATABASE_URL', { HUREN_DATABASE_URL: Object.assign(new URL(url), change).href });
    expect(await check({})).toEqual([expect.stringMatching(/^good: PostgreSQL \d+/)]);
    const refused = async (change: Partial<URL>) => (await check(change))[0];
    expect(await refused({ password: 'wrong' })).toMatch(/^bad: the database refuses this user or password/);
    expect(await refused({ pathname: '/none' })).toMatch(/^bad: there is no database of that name/);
    expect(await refused({ port: '9' })).toMatch(/^bad: nothing listens at the address/);
    expect(await refused({ hostname: 'no-such-host.invalid' })).toMatch(/^bad: the host of the database is not known/);
  });

  test('a Redis that cannot be used passes, or one that can does not', async () => {
    const check = (url: string) =>
      said('redis', 'HUREN_REDIS_URL', { HUREN_REDIS_URL: url, HUREN_CACHE_SECRET: SECRET });
    expect(await check(redis.url)).toEqual(['good: it answers']);
    expect(await check(redis.url.replace('://', '://someone:wrong@'))).toEqual([
      'bad: user or password are not accepted',
    ]);
    expect(await check('redis://127.0.0.1:9')).toEqual(['bad: nothing listens there']);
    expect(await check('redis://no-such-host.invalid')).toEqual(['bad: its host name does not resolve']);
  });
});

describe('other nodes', () => {
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
    const log_keys = [
      formatVerifierKey(noteKey(`${new URL(nation.url).host}/log`, 'ed25519', rawPublicKey(publicKey))),
    ];
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
});
