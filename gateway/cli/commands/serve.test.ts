import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { SETTINGS } from '../../../schemas/settings/index.ts';
import { startSandboxGateway } from '../../test/sandbox-gateway.ts';
import { huren } from '../huren.fixture.ts';

const COMMAND_LINE_ALONE = [
  'HUREN_URL',
  'HUREN_CLIENT_ID',
  'HUREN_CLIENT_SECRET',
  'HUREN_TOKEN_ENDPOINT',
  'HUREN_BACKUP_PASSPHRASE',
];

describe('serve', () => {
  test('Ctrl-C leaves the sandbox behind, or does not end well', async () => {
    const gateway = await startSandboxGateway({ HUREN_LOG_LEVEL: 'warn' });
    const venues = await (await fetch(`${gateway.url}/sandbox/venues`)).json();
    const [venue] = z.array(z.object({ token_endpoint: z.url() })).parse(venues);
    expect((await fetch(venue?.token_endpoint ?? '', { method: 'POST' })).status).toBeLessThan(500);
    expect(await gateway.stop()).toBe(0);
    await expect(fetch(venue?.token_endpoint ?? '')).rejects.toThrow();
    expect(gateway.output()).not.toMatch(/^\s+at /m);
  });

  test('a second signal has to wait for a client that never finishes its request', async () => {
    const gateway = await startSandboxGateway({ HUREN_LOG_LEVEL: 'warn' });
    const { hostname, port } = new URL(gateway.url);
    const client = connect(Number(port), hostname).on('error', () => undefined);
    await once(client, 'connect');
    client.write('POST /v1/verifications HTTP/1.1\r\nhost: x\r\n');
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    // Each press within the first second counts as the first; the next one ends it.
    const pressing = setInterval(() => gateway.signal('SIGINT'), 200);
    expect(await gateway.stop()).toBe(130);
    clearInterval(pressing);
    client.destroy();
  });

  test('a taken port shows a stack, or is not named', async () => {
    const gateway = await startSandboxGateway({ HUREN_LOG_LEVEL: 'warn' });
    const { port } = new URL(gateway.url);
    const ran = await huren(['serve', '--sandbox'], { HUREN_PORT: port, HUREN_DATA_DIR: gateway.dataDir });
    await gateway.stop();
    expect(ran.stderr).toMatch(/^huren: config_invalid: HUREN_PORT: .+\n {2}next: .+\n$/);
    expect(ran.exit).toBe(2);
  });

  test('an address of another machine is reported as the port', async () => {
    const ran = await huren(['serve', '--sandbox'], { HUREN_HOST: '192.0.2.1', HUREN_DATA_DIR: tmpdir() });
    expect(ran.stderr).toMatch(/^huren: config_invalid: HUREN_HOST: 192\.0\.2\.1 .+\n {2}next: .+\n$/);
    expect(ran.exit).toBe(2);
  });

  test('a data directory where nothing can be kept is not named, or is found out half-way', async () => {
    const ran = await huren(['serve', '--sandbox'], { HUREN_PORT: '0', HUREN_DATA_DIR: import.meta.filename });
    expect(ran.stderr).toMatch(/^huren: config_invalid: HUREN_DATA_DIR: .+ cannot be written to\n {2}next: .+\n$/);
    expect(ran.exit).toBe(2);
  });

  test('a bad value is told in other words than ours, or in one language alone', async () => {
    const ran = await huren(['serve', '--lang', 'zh'], { HUREN_PORT: 'abc' });
    expect(ran.stderr).toBe(
      'huren: config_invalid: HUREN_PORT: 须为 0 到 65535 的整数\n  下一步：改正该设置后重试；huren config check 逐项检查\n',
    );
  });

  test('a start that fails half-way waits for ever for what it has begun', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'huren-serve-'));
    mkdirSync(join(dataDir, 'keys/gateway'), { recursive: true });
    writeFileSync(join(dataDir, 'keys/gateway/federation.json'), '{', { mode: 0o600 });
    const ran = await huren(['serve', '--sandbox'], { HUREN_PORT: '0', HUREN_DATA_DIR: dataDir });
    rmSync(dataDir, { recursive: true });
    expect(ran.stderr).toMatch(/huren: start_failed: .+federation\.json.+\n {2}next: .+\n$/);
    expect(ran.exit).toBe(1);
  });

  test('a setting is missing from its help', async () => {
    const { stdout } = await huren(['serve', '--help']);
    for (const name of Object.values(SETTINGS).map((setting) => setting.name)) {
      expect(stdout.includes(`  ${name}  [`)).toBe(!COMMAND_LINE_ALONE.includes(name));
    }
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(90);
  });
});
