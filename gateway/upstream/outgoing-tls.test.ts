import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { textOf } from '../../adapters/drivers/reply-text.ts';
import { loadProvinces } from '../../adapters/provinces/index.ts';
import { openAgencies } from '../../adapters/sandbox/agencies.ts';
import { makeKey } from '../../adapters/sandbox/keys.ts';
import type { Listening } from '../../adapters/sandbox/listen.ts';
import { startUpstream } from '../../adapters/sandbox/simulated-upstream.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import { createTestCa, type IssuedCertificate, type TestCa } from '../sandbox/test-ca.ts';
import { trustCaFile } from './ca-file.ts';
import { networksOf } from './networks.ts';
import { openOutgoing } from './outgoing.ts';
import type { RefusedHost, ResolveAll } from './ssrf-guard.ts';
import type { UpstreamClient, UpstreamHost } from './upstream-client.ts';

const NETWORKS = networksOf('127.0.0.0/8');
const AT_HOME = { names: ['henan.test'], addresses: ['127.0.0.1', '127.0.0.3'] };
const LIMITS: Manifest['upstream'] = {
  base_url: 'https://henan.test',
  timeout_ms: 2_000,
  max_connections: 2,
  max_queue: 2,
  max_reply_bytes: 65_536,
};
const ASK = { method: 'GET', path: '/', headers: {} } as const;

let folder: string;
let [trusted, stranger]: TestCa[] = [];
let refused: RefusedHost[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'huren-tls-'));
  trusted = await createTestCa();
  stranger = await createTestCa();
  const bundle = join(folder, 'ca.pem');
  writeFileSync(bundle, `an operator's note\n${trusted.caPem}`);
  trustCaFile(bundle);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  refused = [];
});

async function issue(ca: TestCa | undefined, subject = AT_HOME, client = false): Promise<IssuedCertificate> {
  if (ca === undefined) throw new Error('no test CA');
  return await ca.issue({ ...subject, client });
}

/** DNS that gives this address for whatever name. */
const resolvingTo =
  (address: string): ResolveAll =>
  (_name, _options, done) =>
    done(null, [{ address, family: 4 }]);

function outgoingTo(resolve?: ResolveAll) {
  const outgoing = openOutgoing({
    networks: NETWORKS,
    onRefused: (one) => refused.push(one),
    nowMs: Date.now,
    ...(resolve === undefined ? {} : { resolve }),
  });
  onTestFinished(() => outgoing.close());
  return outgoing;
}

function upstreamAt(host: UpstreamHost): UpstreamClient {
  const client = outgoingTo().openUpstream(LIMITS, host);
  onTestFinished(() => client.close());
  return client;
}

/** A host on 127.0.0.1 with that certificate; its port. */
async function startHost({ certPem, keyPem }: IssuedCertificate, answer: RequestListener, options: ServerOptions = {}) {
  const server = createServer({ ...options, cert: certPem, key: keyPem }, answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
const answering: RequestListener = (_request, response) => void response.end('answered');

describe('a host', () => {
  test('that an unknown authority vouches for is believed, or refused without a word', async () => {
    const port = await startHost(await issue(stranger), answering);
    const { documents } = outgoingTo();
    await expect(documents.get(`https://127.0.0.1:${port}/`)).rejects.toMatchObject({ code: 'certificate' });
    expect(refused).toEqual([{ host: '127.0.0.1', reason: 'certificate' }]);
  });

  test('that the CA file vouches for is refused', async () => {
    const port = await startHost(await issue(trusted), answering);
    const { documents } = outgoingTo();
    expect(await documents.getText(`https://127.0.0.1:${port}/`)).toMatchObject({ status: 200, body: 'answered' });
    expect(refused).toEqual([]);
  });

  test('is believed under another name or address than its certificate has', async () => {
    const port = await startHost(await issue(trusted), answering);
    const { documents } = outgoingTo(resolvingTo('127.0.0.1'));
    expect((await documents.get(`https://henan.test:${port}/`)).status).toBe(200);
    await expect(documents.get(`https://hubei.test:${port}/`)).rejects.toMatchObject({ code: 'certificate' });
    const elsewhere = await startHost(await issue(trusted, { names: ['henan.test'], addresses: [] }), answering);
    await expect(documents.get(`https://127.0.0.1:${elsewhere}/`)).rejects.toMatchObject({ code: 'certificate' });
  });

  test('whose name leads outside the networks is talked to', async () => {
    const { documents } = outgoingTo(resolvingTo('10.0.0.1'));
    await expect(documents.get('https://henan.test/')).rejects.toMatchObject({ code: 'address_refused' });
    expect(refused).toEqual([{ host: 'henan.test', reason: 'address' }]);
  });

  test('in a loopback range is spoken to in the clear outside the sandbox', async () => {
    await expect(outgoingTo().documents.get('http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'address_refused' });
    expect(refused).toEqual([{ host: '127.0.0.1', reason: 'plain_http' }]);
  });

  test('gets a body other than what was sent, is followed elsewhere, or may be slow or large without leave', async () => {
    const port = await startHost(await issue(trusted), (request, response) => {
      if (request.url === '/elsewhere') response.writeHead(302, { location: '/' }).end();
      else if (request.url === '/large') response.end('x'.repeat(70_000));
      else if (request.url === '/slow') response.writeHead(200).write('x');
      else request.pipe(response.writeHead(200, { 'content-type': `${request.headers['content-type']}; charset=x` }));
    });
    const host = outgoingTo().documents.below(`https://127.0.0.1:${port}/`);
    const sent = await host.post('/', { mediaType: 'application/jose', body: 'a.b.c' });
    expect(sent).toMatchObject({ status: 200, mediaType: 'application/jose' });
    expect(Buffer.from(sent.bytes).toString()).toBe('a.b.c');
    expect((await host.get('/elsewhere')).status).toBe(302);
    await expect(host.get('/large')).rejects.toMatchObject({ code: 'oversize' });
    expect((await host.get('/large', { maxBytes: 80_000 })).bytes).toHaveLength(70_000);
    await expect(host.get('/slow', { timeoutMs: 200 })).rejects.toMatchObject({ code: 'timeout' });
  });
});

describe('a simulated province', () => {
  /** Its own manifest is reached at the address and with the certificate that it is given. */
  async function startShanghai(listening: Listening) {
    const manifest = loadProvinces().find(({ manifest: { province } }) => province === '310000')?.manifest;
    if (manifest === undefined) throw new Error('Shanghai has no folder');
    const agencies = openAgencies(manifest, () => makeKey('P-256'));
    const upstream = await startUpstream({
      ...{ manifest, agencies, signer: null, codeCurve: 'P-256', nowMs: Date.now },
      listening,
    });
    onTestFinished(upstream.close);
    return upstream;
  }

  test('cannot be an https host at an address of its own', async () => {
    const { origin } = await startShanghai({ address: '127.0.0.3', tls: await issue(trusted) });
    expect(origin).toMatch(/^https:\/\/127\.0\.0\.3:\d+$/);
    expect((await upstreamAt({ origin }).fetch(ASK)).status).toBeGreaterThanOrEqual(200);
  });

  test('that demands a certificate lets in whoever has none, or that of a stranger', async () => {
    const tls = { ...(await issue(trusted)), clientCaPem: trusted?.caPem ?? '' };
    const { origin, log } = await startShanghai({ tls });
    const own = await issue(trusted, AT_HOME, true);
    const strangers = await issue(stranger, AT_HOME, true);
    // In TLS 1.3 a client hears of it after the handshake, where the server's end of it may come first.
    const shutOut = { code: expect.stringMatching(/^(certificate|reset)$/) };
    await expect(upstreamAt({ origin }).fetch(ASK)).rejects.toMatchObject(shutOut);
    const identity = identityOf(strangers);
    await expect(upstreamAt({ origin, identity }).fetch(ASK)).rejects.toMatchObject(shutOut);
    expect(log.all()).toEqual([]);
    await upstreamAt({ origin, identity: identityOf(own) }).fetch(ASK);
    expect(log.all()).toHaveLength(1);
  });

  test('sees the old certificate after it was replaced', async () => {
    const port = await startHost(
      await issue(trusted),
      ({ socket }, response) => {
        const peer = socket instanceof TLSSocket ? socket.getPeerCertificate().subject.CN : '';
        response.setHeader('connection', 'close').end(peer);
      },
      { requestCert: true, ca: trusted?.caPem },
    );
    const [first, second] = await Promise.all(
      ['first.test', 'second.test'].map(async (name) =>
        identityOf(await issue(trusted, { names: [name], addresses: [] }, true))(),
      ),
    );
    let held = first;
    const client = upstreamAt({ origin: `https://127.0.0.1:${port}`, identity: () => held });
    for (let n = 0; n < 3; n += 1) expect(textOf(await client.fetch(ASK), undefined)).toBe('first.test');
    held = second;
    expect(textOf(await client.fetch(ASK), undefined)).toBe('second.test');
  });
});

function identityOf({ certPem, keyPem }: IssuedCertificate) {
  const context = createSecureContext({ cert: certPem, key: keyPem });
  return () => context;
}

describe('a provider of operators’ logins', () => {
  const fetched = (url: string) => outgoingTo().documents.fetch(url, { method: 'GET' });

  test('that the CA file vouches for is not reached', async () => {
    const port = await startHost(await issue(trusted), answering);
    expect(await (await fetched(`https://127.0.0.1:${port}/`)).text()).toBe('answered');
  });

  test('that nobody vouches for, or that is in no network, is reached', async () => {
    const port = await startHost(await issue(stranger), answering);
    for (const url of [`https://127.0.0.1:${port}/`, 'https://10.0.0.1/']) await expect(fetched(url)).rejects.toThrow();
    expect(refused.map(({ reason }) => reason)).toEqual(['certificate', 'address']);
  });
});

describe('a CA file', () => {
  test.each([
    ['that is not there', null],
    ['without a certificate', 'nothing'],
    ['with a damaged certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ])('%s is passed over', (_what, text) => {
    const path = join(folder, 'other.pem');
    if (text !== null) writeFileSync(path, text);
    expect(() => trustCaFile(path)).toThrow(/^HUREN_CA_FILE: .*other\.pem /);
  });
});
