import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, type RequestOptions, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createTestCa, type IssuedCertificate, type TestCa } from '../sandbox/test-ca.ts';
import { PATIENTLY } from '../test/patience.ts';
import { createNodeServer, type NodeServer, originOf, watchCertificate } from './server.ts';

let ca: TestCa;
let folder: string;
let tls: { certFile: string; keyFile: string };

beforeAll(async () => {
  ca = await createTestCa();
  folder = mkdtempSync(join(tmpdir(), 'huren-listener-'));
  tls = { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(async () => write(await issue('first.test')));

const issue = (name: string) => ca.issue({ names: [name], addresses: ['127.0.0.1'] });

function write({ certPem, keyPem }: IssuedCertificate): void {
  writeFileSync(tls.certFile, certPem);
  writeFileSync(tls.keyFile, keyPem, { mode: 0o600 });
  chmodSync(tls.keyFile, 0o600);
}

async function listening(): Promise<{ server: NodeServer; port: number }> {
  const server = createNodeServer({ tls });
  server.on('request', (_request, response) => void response.end('answered'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

/** The name that a new connection is shown. */
async function nameShown(port: number): Promise<string | undefined> {
  const socket = connect({ host: '127.0.0.1', port, ca: ca.caPem });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}

function get(options: RequestOptions): Promise<{ body: string; socket: unknown }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', ca: ca.caPem, ...options }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.once('end', () => resolve({ body, socket: response.socket }));
    })
      .once('error', reject)
      .end();
  });
}

describe('a certificate that is renewed', () => {
  function watched(server: NodeServer) {
    const onRenewed = vi.fn();
    const onFault = vi.fn<(message: string) => void>();
    onTestFinished(watchCertificate(server, { tls }, { onRenewed, onFault, everyMs: 10 }));
    return { onRenewed, onFault };
  }

  test('is not in use until a restart, or connections that are open break', async () => {
    const { server, port } = await listening();
    const { onRenewed, onFault } = watched(server);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const before = await get({ port, agent });
    expect(await nameShown(port)).toBe('first.test');
    write(await issue('second.test'));
    await vi.waitFor(() => expect(onRenewed).toHaveBeenCalledOnce(), PATIENTLY);
    expect(await nameShown(port)).toBe('second.test');
    const after = await get({ port, agent });
    expect([after.body, after.socket === before.socket]).toEqual(['answered', true]);
    expect(onFault).not.toHaveBeenCalled();
  });

  test('that is half written is a fault, or is never looked at again', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const { onRenewed, onFault } = watched((await listening()).server);
    const { certPem, keyPem } = await issue('second.test');
    writeFileSync(tls.certFile, certPem);
    vi.advanceTimersByTime(10);
    writeFileSync(tls.keyFile, keyPem);
    vi.advanceTimersByTime(20);
    expect([onFault.mock.calls, onRenewed.mock.calls.length]).toEqual([[], 1]);
  });

  test.each<[string, () => Promise<void> | void, RegExp]>([
    [
      'without its key',
      async () => writeFileSync(tls.certFile, (await issue('second.test')).certPem),
      /^HUREN_TLS_KEY_FILE: .*tls\.key is no/,
    ],
    ['as garbage', () => writeFileSync(tls.certFile, 'nothing'), /^HUREN_TLS_CERT_FILE: .*tls\.crt is no/],
    ['not at all', () => rmSync(tls.certFile), /^HUREN_TLS_CERT_FILE: .*tls\.crt cannot/],
    ['with a key for all to read', () => chmodSyncAfterChange(), /^HUREN_TLS_KEY_FILE: .*tls\.key may be read/],
  ])('%s takes the server down, or is told more than once', async (_how, spoil, message) => {
    const { server, port } = await listening();
    const { onRenewed, onFault } = watched(server);
    await spoil();
    await vi.waitFor(() => expect(onFault).toHaveBeenCalled(), PATIENTLY);
    expect(await nameShown(port)).toBe('first.test');
    expect(onFault.mock.calls).toEqual([[expect.stringMatching(message)]]);
    write(await issue('third.test'));
    await vi.waitFor(() => expect(onRenewed).toHaveBeenCalledOnce(), PATIENTLY);
    expect(await nameShown(port)).toBe('third.test');
    expect(onFault).toHaveBeenCalledOnce();
  });

  function chmodSyncAfterChange(): void {
    writeFileSync(tls.keyFile, 'another key');
    chmodSync(tls.keyFile, 0o644);
  }
});

describe('a server', () => {
  test('speaks TLS 1.1, or in the clear', async () => {
    const { port } = await listening();
    const version = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    const old = connect({ host: '127.0.0.1', port, ca: ca.caPem, ...version });
    await expect(once(old, 'secureConnect')).rejects.toThrow();
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  });

  test('starts with a key that anybody may read', () => {
    chmodSync(tls.keyFile, 0o644);
    expect(() => createNodeServer({ tls })).toThrow(/^HUREN_TLS_KEY_FILE: .*tls\.key may be read/);
  });

  test('starts with a certificate that has expired', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31 * 86_400_000 });
    onTestFinished(() => void vi.useRealTimers());
    expect(() => createNodeServer({ tls })).toThrow(/^HUREN_TLS_CERT_FILE: .*tls\.crt has expired$/);
  });

  test('starts without one of its files, or with two that do not belong together, and quotes them', async () => {
    const { keyPem } = await issue('second.test');
    writeFileSync(tls.keyFile, keyPem);
    expect(() => createNodeServer({ tls })).toThrow(/^HUREN_TLS_KEY_FILE: .*tls\.key is no/);
    rmSync(tls.keyFile);
    expect(() => createNodeServer({ tls })).toThrow(/^HUREN_TLS_KEY_FILE: .*tls\.key is not there$/);
    rmSync(tls.certFile);
    expect(() => createNodeServer({ tls })).toThrow(/^HUREN_TLS_CERT_FILE: .*tls\.crt cannot be read$/);
  });

  test('waits for the rest of a request for longer than it says, or reads headers without an end', async () => {
    const { server, port } = await listening();
    expect([server.headersTimeout, server.requestTimeout]).toEqual([10_000, 30_000]);
    server.headersTimeout = 100;
    server.requestTimeout = 200;
    const started = performance.now();
    const refusals = [];
    for (const half of ['GET / HTTP/1.1\r\nx-half: ', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{']) {
      const socket = connect({ host: '127.0.0.1', port, ca: ca.caPem });
      socket.write(half);
      refusals.push(text(socket));
    }
    // The second was answered when its head was there: what never comes is not waited for.
    expect((await Promise.all(refusals)).map((reply) => reply.split('\r\n', 1)[0])).toEqual([
      'HTTP/1.1 408 Request Timeout',
      'HTTP/1.1 200 OK',
    ]);
    // Node by itself looks every thirty seconds.
    expect(performance.now() - started).toBeLessThan(20_000);
    const large = connect({ host: '127.0.0.1', port, ca: ca.caPem });
    large.write(`GET / HTTP/1.1\r\nhost: a\r\nx-large: ${'a'.repeat(17_000)}\r\n\r\n`);
    expect(await text(large)).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('has another address than the one that it answers at', () => {
    expect(originOf({ host: '::1', tls }, 443)).toBe('https://[::1]:443');
    expect(originOf({ host: '127.0.0.1', tls: null }, 80)).toBe('http://127.0.0.1:80');
  });
});
