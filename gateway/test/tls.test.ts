import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { huren } from '../cli/huren.fixture.ts';
import { createTestCa, type IssuedCertificate, type TestCa } from '../sandbox/test-ca.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';

/** A gateway whose own server speaks TLS, and a command line that knows its authority from a file. */
let gateway: SandboxGateway;
let folder: string;
let ca: TestCa;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'huren-tls-'));
  ca = await createTestCa();
  writeFileSync(join(folder, 'ca.pem'), ca.caPem);
  write(await issue());
  gateway = await startSandboxGateway(settings());
});
afterAll(async () => {
  await gateway.stop();
  rmSync(folder, { recursive: true, force: true });
});

const issue = () => ca.issue({ names: [], addresses: ['127.0.0.1'] });

function settings() {
  const [cert, key, bundle] = ['tls.crt', 'tls.key', 'ca.pem'].map((name) => join(folder, name));
  return { HUREN_TLS_CERT_FILE: cert ?? '', HUREN_TLS_KEY_FILE: key ?? '', HUREN_CA_FILE: bundle ?? '' };
}

function write({ certPem, keyPem }: IssuedCertificate): void {
  writeFileSync(join(folder, 'tls.crt'), certPem);
  writeFileSync(join(folder, 'tls.key'), keyPem, { mode: 0o600 });
}

async function scan(env: Readonly<Record<string, string>>) {
  const at = { HUREN_URL: gateway.url, HUREN_DATA_DIR: gateway.dataDir, ...env };
  const listed = await huren(['sandbox', 'codes', '--json'], at);
  if (listed.exit !== 0) return listed;
  const codes = z.array(z.object({ province: z.string(), scenario: z.string(), code: z.string() }));
  const green = codes
    .parse(JSON.parse(listed.stdout))
    .find(({ province, scenario }) => province === '410000' && scenario === 'green');
  return await huren(['scan', green?.code ?? '', '--json'], at);
}

describe('a gateway with a certificate of its own', () => {
  test('has another name than its https address, or answers that do not verify', async () => {
    expect(gateway.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const ran = await scan({ HUREN_CA_FILE: join(folder, 'ca.pem') });
    expect(JSON.parse(ran.stdout)).toMatchObject({ decision: 'pass', verified: true });
  });

  test('is believed by a command line that does not know its authority', async () => {
    const ran = await scan({});
    expect(ran.exit).toBe(1);
    expect(ran.stderr).toMatch(/^huren: certificate_untrusted: .*\n {2}next: .*HUREN_CA_FILE/);
  });

  test('needs a restart for a new certificate', async () => {
    write(await issue());
    await expect.poll(gateway.output).toContain('the certificate was renewed');
    expect((await scan({ HUREN_CA_FILE: join(folder, 'ca.pem') })).exit).toBe(0);
  });

  test.each([
    ['HUREN_TLS_CERT_FILE', { HUREN_TLS_CERT_FILE: '' }],
    ['HUREN_TLS_KEY_FILE', { HUREN_TLS_KEY_FILE: '/nowhere/tls.key' }],
    ['HUREN_CA_FILE', { HUREN_CA_FILE: '/nowhere/ca.pem' }],
    ['HUREN_NETWORKS', { HUREN_NETWORKS: '10.0.0.0' }],
  ])('starts with a bad %s, or the line does not name it', async (name, env) => {
    const data = { HUREN_PORT: '0', HUREN_DATA_DIR: join(folder, 'data') };
    const ran = await huren(['serve'], { ...data, ...settings(), ...env, HUREN_LOG_LEVEL: 'fatal' });
    expect([ran.exit, ran.stderr]).toEqual([2, expect.stringMatching(`^huren: config_invalid: ${name}: .+\n.+\n$`)]);
  });
});
