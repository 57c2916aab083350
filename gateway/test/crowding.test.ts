import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openKeyStore } from '../keys/key-store.ts';
import { signNodeToken } from '../trust/node-token.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { openVenueClient, sandboxCodes, type VenueClient } from './venue-client.ts';

let gateway: SandboxGateway;
let crowd: VenueClient;
let other: VenueClient;
let green: string;
const open: Socket[] = [];
beforeAll(async () => {
  gateway = await startSandboxGateway({ HUREN_CLIENT_RATE: '100000' });
  crowd = await openVenueClient(gateway.url, 'guangzhou-hospital');
  other = await openVenueClient(gateway.url, 'shanghai-railway-station');
  const codes = await sandboxCodes(gateway.url);
  green = codes.find(({ province, scenario }) => province === '410000' && scenario === 'green')?.code ?? '';
});
afterAll(async () => {
  for (const socket of open) socket.destroy();
  await gateway.stop();
});

const JSON_OF_500 = 'content-type: application/json\r\ncontent-length: 500';

/** A request whose body stops half way, on a connection of its own. */
async function halfSent(path: string, token: string, body = JSON_OF_500, localAddress = '127.0.0.1'): Promise<void> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect({ host: hostname, port: Number(port), localAddress }).on('error', () => {});
  open.push(socket);
  const head = [`POST ${path} HTTP/1.1`, `host: ${hostname}:${port}`, `authorization: Bearer ${token}`, body];
  await new Promise<void>((resolve) => socket.write(`${head.join('\r\n')}\r\n\r\n{"code":"`, () => resolve()));
}

describe.each([
  ['/v1/verifications', 2_200],
  ['/v1/verifications/batch', 1_100],
])('half-sent bodies at %s', (path, many) => {
  test('of one venue turn another away', async () => {
    for (let sent = 0; sent < many; sent += 100)
      await Promise.all(Array.from({ length: 100 }, () => halfSent(path, crowd.token)));
    const statuses = new Set<number>();
    // Overload is what has lasted over three readings, a tenth of a second each.
    for (let scan = 0; scan < 20; scan += 1) {
      statuses.add((await other.post('/v1/verifications', { code: green, purpose: 'venue_entry' })).status);
      statuses.add(
        (await other.post('/v1/verifications/batch', { items: [{ code: green, purpose: 'venue_entry' }] })).status,
      );
      await delay(50);
    }
    expect([...statuses]).toEqual([200]);
    for (const socket of open.splice(0)) socket.destroy();
  });
});

describe('half-sent bodies of a stranger', () => {
  const whole = 'content-type: application/jose\r\ncontent-length: 8\r\nconnection: close';

  /** What a whole submission comes to that is sent from that address. */
  async function submitFrom(localAddress: string): Promise<number> {
    const { hostname, port, host } = new URL(gateway.url);
    const socket = connect({ host: hostname, port: Number(port), localAddress });
    socket.write(`POST /v1/registry/events HTTP/1.1\r\nhost: ${host}\r\n${whole}\r\n\r\nno event`);
    let reply = '';
    for await (const chunk of socket) reply += String(chunk);
    return Number(reply.split(' ')[1]);
  }

  test('take all the memory of a node, or turn away who sends from elsewhere', async () => {
    const announced = 'content-type: application/jose\r\ncontent-length: 524288';
    await Promise.all(Array.from({ length: 128 }, () => halfSent('/v1/registry/events', crowd.token, announced)));
    await expect.poll(() => submitFrom('127.0.0.1')).toBe(503);
    expect(await submitFrom('127.0.0.2')).toBe(400);
    expect((await other.post('/v1/verifications', { code: green, purpose: 'venue_entry' })).status).toBe(200);
    for (const socket of open.splice(0)) socket.destroy();
    await expect.poll(() => submitFrom('127.0.0.1')).toBe(400);
  });

  test('from many addresses turn a venue away', async () => {
    onTestFinished(() => {
      for (const socket of open.splice(0)) socket.destroy();
    });
    const announced = 'content-type: application/jose\r\ncontent-length: 524288';
    for (let address = 1; address <= 9; address += 1) {
      const from = `127.0.1.${address}`;
      await Promise.all(
        Array.from({ length: 128 }, () => halfSent('/v1/registry/events', crowd.token, announced, from)),
      );
    }
    await expect.poll(() => submitFrom('127.0.1.10')).toBe(503);
    expect((await other.post('/v1/verifications', { code: green, purpose: 'venue_entry' })).status).toBe(200);
  });
});

describe('half-sent questions at /v1/statements', () => {
  const nowS = () => Math.floor(Date.now() / 1000);

  /** As a gateway of the sandbox proves itself to Anhui's issuer. */
  async function tokenOf(entityId: string, owner: string): Promise<string> {
    const keys = openKeyStore({ setting: null, dataDir: gateway.dataDir });
    const { signer } = await keys.openRing(owner, 'attestation', { nowS: nowS() });
    const times = { iat: nowS(), exp: nowS() + 60 };
    const aud = `${gateway.url}/issuers/340000`;
    return await signNodeToken({ iss: entityId, aud, ...times, jti: crypto.randomUUID() }, signer);
  }

  test('of one gateway turn another away', async () => {
    const crowding = await tokenOf(`${gateway.url}/gateways/410000`, 'sandbox/410000/gateway');
    const sending = () => halfSent('/v1/statements', crowding);
    for (let sent = 0; sent < 2_200; sent += 100) await Promise.all(Array.from({ length: 100 }, sending));
    const token = await tokenOf(gateway.url, 'gateway');
    const statuses = new Set<number>();
    for (let asked = 0; asked < 20; asked += 1) {
      const nonce = randomBytes(16).toString('base64url');
      const reply = await fetch(`${gateway.url}/v1/statements`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ code: green, purpose: 'venue_entry', nonce }),
      });
      statuses.add(reply.status);
      await reply.arrayBuffer();
      await delay(50);
    }
    expect([...statuses]).toEqual([200]);
    for (const socket of open.splice(0)) socket.destroy();
  });
});

describe('a request of absolute form', () => {
  test.each([
    ['GET', '/healthz', 200],
    ['GET', '/sandbox/codes', 200],
    ['GET', '/registry', 200],
    ['GET', '/nowhere', 404],
  ])('%s %s is answered otherwise than one of origin form', async (method, path, status) => {
    expect(await statusOf(method, `${gateway.url}${path}`)).toBe(status);
  });

  test.each([
    'http://[',
    '*',
    'ftp://elsewhere.example/healthz',
    '//healthz',
    'http://elsewhere.example:99999/healthz',
  ])('%s is a fault of ours', async (target) => {
    expect([400, 404]).toContain(await statusOf('GET', target));
  });
});

/** The status of a request with that very target and Host, which `fetch` would set right. */
async function statusOf(
  method: string,
  target: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const { hostname, port, host } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  const lines = Object.entries({ host, connection: 'close', ...headers }).map(([name, value]) => `${name}: ${value}`);
  socket.write(`${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  let reply = '';
  for await (const chunk of socket) reply += String(chunk);
  return Number(reply.split(' ')[1]);
}

test('a request that names two hosts is answered for one of them', async () => {
  const { host } = new URL(gateway.url);
  expect(await statusOf('GET', '/healthz', { HOST: 'elsewhere.example' })).toBe(400);
  expect(await statusOf('GET', '/healthz', { Host: host })).toBe(400);
});

describe('the switches of the sandbox', () => {
  test.each(['attacker.example', 'attacker.example:8080'])('are turned by a page under the host %s', async (host) => {
    expect(await statusOf('GET', '/sandbox/venues', { host })).toBe(403);
    expect(await statusOf('GET', '/sandbox/codes', { host })).toBe(403);
  });

  test.each([
    'https://attacker.example',
    'null',
    'http://127.0.0.1:1',
  ])('are turned by a page of the origin %s', async (origin) => {
    for (const [method, path] of [
      ['POST', '/sandbox/records'],
      ['PUT', '/sandbox/faults'],
      ['POST', '/sandbox/keys/rotate'],
      ['GET', '/sandbox/venues'],
    ] as const) {
      expect(await statusOf(method, path, { origin, 'content-type': 'text/plain', 'content-length': '0' })).toBe(403);
    }
  });

  test('cannot be turned under another name of this machine, or by its own pages', async () => {
    const { port, origin } = new URL(gateway.url);
    expect(await statusOf('GET', '/sandbox/venues', { host: `localhost:${port}` })).toBe(200);
    expect(await statusOf('GET', '/sandbox/venues', { origin })).toBe(200);
  });
});
