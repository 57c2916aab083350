import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Manifest } from '../../schemas/manifest.ts';
import { LOOPBACK_ONLY, networksOf, PUBLIC_ONLY } from './networks.ts';
import { openOutgoing } from './outgoing.ts';
import { type Guard, guardedConnector, guardedLookup, type RefusedHost, type ResolveAll } from './ssrf-guard.ts';

const LIMITS: Manifest['upstream'] = {
  base_url: 'https://province.invalid',
  timeout_ms: 1_000,
  max_connections: 2,
  max_queue: 2,
  max_reply_bytes: 1_000,
};
const ASK = { method: 'GET', path: '/', headers: {} } as const;

let refused: RefusedHost[];
beforeEach(() => {
  refused = [];
});

/** DNS that gives these addresses for whatever name. */
function resolvingTo(...addresses: string[]): ResolveAll {
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return (_name, _options, done) => done(null, found);
}
function guardOf(parts: Partial<Guard>): Guard {
  return { networks: PUBLIC_ONLY, onRefused: (one) => refused.push(one), ...parts };
}

describe('a name', () => {
  function lookUp(addresses: readonly string[], networks = PUBLIC_ONLY) {
    return new Promise<{ error: NodeJS.ErrnoException | null; found: unknown }>((settle) => {
      const lookup = guardedLookup(guardOf({ networks, resolve: resolvingTo(...addresses) }), 'https:');
      lookup('province.invalid', { all: true }, (error, found) => settle({ error, found }));
    });
  }

  test('that resolves to a private address is connected to', async () => {
    const { error } = await lookUp(['10.0.0.1', 'fd00::1']);
    expect(error).toMatchObject({ code: 'address_refused' });
    expect(refused).toEqual([{ host: 'province.invalid', reason: 'address' }]);
  });

  test('that resolves outside the listed ranges is connected to', async () => {
    const { error } = await lookUp(['10.2.0.1', '192.168.0.1'], networksOf('10.1.0.0/16'));
    expect(error).toMatchObject({ code: 'address_refused' });
    const { found } = await lookUp(['10.2.0.1', '10.1.0.1'], networksOf('10.1.0.0/16'));
    expect(found).toEqual([{ address: '10.1.0.1', family: 4 }]);
  });

  test('that resolves to both is connected to at its private address', async () => {
    expect((await lookUp(['10.0.0.1', '1.1.1.1'])).found).toEqual([{ address: '1.1.1.1', family: 4 }]);
  });
});

describe('a manifest outside the sandbox', () => {
  test.each([
    ['a loopback address', 'https://127.0.0.1:1', 'address'],
    ['a metadata service', 'https://169.254.169.254', 'address'],
    ['an IPv6 loopback address', 'https://[::1]:1', 'address'],
    ['plain http', 'http://1.1.1.1', 'plain_http'],
    ['a name for this machine', 'https://localhost:1', 'address'],
  ])('with %s is asked, or refused without a word', async (_what, origin, reason) => {
    const outgoing = openOutgoing({ networks: PUBLIC_ONLY, onRefused: (one) => refused.push(one), nowMs: Date.now });
    const client = outgoing.openUpstream(LIMITS, { origin });
    await expect(client.fetch(ASK)).rejects.toMatchObject({ code: 'address_refused' });
    expect(refused).toEqual([{ host: new URL(origin).hostname, reason }]);
    await client.close();
    await outgoing.close();
  });

  test('is told of at every scan, or never again', async () => {
    let nowMs = 0;
    const outgoing = openOutgoing({ networks: PUBLIC_ONLY, onRefused: (one) => refused.push(one), nowMs: () => nowMs });
    const ask = (host: string) => outgoing.documents.get(`https://${host}/`).catch(() => null);
    for (const host of ['10.0.0.1', '10.0.0.1', '10.0.0.2', '10.0.0.1']) await ask(host);
    expect(refused.map(({ host }) => host)).toEqual(['10.0.0.1', '10.0.0.2']);
    nowMs += 60_000;
    await ask('10.0.0.1');
    expect(refused).toHaveLength(3);
    await outgoing.close();
  });
});

describe('a connection', () => {
  let server: Server;
  let closed: Promise<unknown>;
  beforeEach(async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    closed = promise;
    server = createServer((socket) => {
      socket.on('error', () => undefined).once('close', () => resolve(socket.bytesRead));
      socket.resume();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => void server.close());

  function connect(guard: Guard): Promise<Error | null> {
    const address = server.address();
    const port = String(typeof address === 'object' && address !== null ? address.port : 0);
    return new Promise((settle) => {
      // An address in place of a name is not looked up: what is left is the look at the socket.
      const options = { hostname: '127.0.0.1', host: '127.0.0.1', protocol: 'http:', port };
      guardedConnector(guard, 1_000)(options, (error, socket) => {
        socket?.destroy();
        settle(error);
      });
    });
  }

  test('that led elsewhere after DNS is used', async () => {
    expect(await connect(guardOf({}))).toMatchObject({ code: 'address_refused' });
    expect(refused).toEqual([{ host: '127.0.0.1', reason: 'address' }]);
    expect(await closed).toBe(0);
  });

  test('to where it should lead is refused', async () => {
    expect(await connect(guardOf({ networks: LOOPBACK_ONLY }))).toBeNull();
  });
});
