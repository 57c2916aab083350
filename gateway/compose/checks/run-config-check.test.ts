import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { CERTIFICATE_KEY_PEM, CERTIFICATE_PEM } from './certificate.fixture.ts';
import { file, folder, line, SECRET, said, subjectOf } from './checks.fixture.ts';
import { checkOpenFiles } from './machine-checks.ts';
import { runConfigCheck } from './run-config-check.ts';
import { checkServerCertificate } from './tls-checks.ts';

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

  test('a PIN that a group may read is refused, as no start does, or one that everybody may read passes', async () => {
    const check = async (mode: number) => {
      const setting = `pkcs11:${file('module')}?token=t&pin-file=${file('1234', mode)}`;
      const [, pin] = await said('keys', 'HUREN_KEYS', { HUREN_KEYS: setting });
      return pin;
    };
    expect(await check(0o640)).toMatch(/^good: .+ \(640\)$/);
    expect(await check(0o644)).toMatch(/^bad: .+ may be read by others \(644\)$/);
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
