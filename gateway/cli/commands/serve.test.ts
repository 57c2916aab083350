import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startSandboxGateway } from '../../test/sandbox-gateway.ts';
import { huren } from '../huren.fixture.ts';

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
});
