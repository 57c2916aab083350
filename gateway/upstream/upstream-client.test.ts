import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import { LOOPBACK_ONLY } from './networks.ts';
import { RetryBudget } from './retry-budget.ts';
import { openUpstreamClient, type UpstreamClient } from './upstream-client.ts';

const GUARD = { networks: LOOPBACK_ONLY, onRefused: () => undefined };
const opened: { server: Server; client: UpstreamClient }[] = [];
afterEach(async () => {
  for (const { server, client } of opened.splice(0)) {
    await client.close();
    server.close();
    server.closeAllConnections();
  }
});

type Handler = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

async function provinceThat(handle: Handler, limits: Partial<Manifest['upstream']> = {}) {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    handle(request, response, requests);
  });
  const origin = await listenOnLoopback(server);
  const base = { base_url: origin, timeout_ms: 1_000, max_connections: 4, max_queue: 4, max_reply_bytes: 1_000 };
  const client = openUpstreamClient({ ...base, ...limits }, { origin }, GUARD);
  opened.push({ server, client });
  return { client, requests: () => requests };
}

const ASK = { method: 'POST', path: '/', headers: {}, body: 'x' } as const;

describe('a retry', () => {
  test('is not made where the connection broke before a reply', async () => {
    const { client } = await provinceThat((request, response, nth) => {
      if (nth === 1) request.socket.resetAndDestroy();
      else response.end('ok');
    });
    expect(await client.fetch(ASK)).toMatchObject({ status: 200, body: Buffer.from('ok') });
  });

  test('is made more than once', async () => {
    const { client, requests } = await provinceThat((request) => request.socket.resetAndDestroy());
    await expect(client.fetch(ASK)).rejects.toMatchObject({ code: 'reset' });
    expect(requests()).toBe(2);
  });

  test('is made after half a reply, or after a 503', async () => {
    const { client, requests } = await provinceThat((_request, response, nth) => {
      if (nth === 1) response.writeHead(200, { 'content-length': 100 }).write('half', () => response.socket?.destroy());
      else response.writeHead(503).end();
    });
    await expect(client.fetch(ASK)).rejects.toMatchObject({ code: 'reset' });
    expect(await client.fetch(ASK)).toMatchObject({ status: 503 });
    expect(requests()).toBe(2);
  });

  test('is made at once of what does not speak HTTP', async () => {
    const { client, requests } = await provinceThat((request) => request.socket.end('nonsense\r\n\r\n'));
    await expect(client.fetch(ASK)).rejects.toMatchObject({ code: 'malformed' });
    expect(requests()).toBe(1);
  });

  test('multiplies the load on a province that is down', async () => {
    const { client, requests } = await provinceThat((request) => request.socket.resetAndDestroy());
    for (let n = 0; n < 100; n += 1) await client.fetch(ASK).catch(() => {});
    // Ten saved up at the start, and a tenth of a hundred.
    expect(requests()).toBeLessThanOrEqual(121);
    expect(requests()).toBeGreaterThan(115);
  });

  test('gets a budget of its own time', async () => {
    // The second answer comes within a time of its own, and after what is left of the first one's.
    const { client } = await provinceThat(
      (request, response, nth) => {
        if (nth === 1) setTimeout(() => request.socket.resetAndDestroy(), 600);
        else setTimeout(() => response.end('late'), 600);
      },
      { timeout_ms: 900 },
    );
    await expect(client.fetch(ASK)).rejects.toMatchObject({ code: 'timeout' });
  });

  test('is allowed out of nothing', () => {
    const budget = new RetryBudget();
    let spent = 0;
    while (budget.trySpend()) spent += 1;
    expect(spent).toBe(10);
    for (let n = 0; n < 9; n += 1) budget.noteRequest();
    expect(budget.trySpend()).toBe(false);
    budget.noteRequest();
    budget.noteRequest();
    expect(budget.trySpend()).toBe(true);
  });

  test('is saved up for longer than a bad minute', () => {
    const budget = new RetryBudget();
    for (let n = 0; n < 1_000; n += 1) budget.noteRequest();
    expect(Array.from({ length: 11 }, () => budget.trySpend()).filter((may) => may)).toHaveLength(10);
  });
});

describe('a province that hangs', () => {
  test('takes more connections or a longer queue than its manifest says', async () => {
    const { client, requests } = await provinceThat(() => {}, { timeout_ms: 400 });
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => client.fetch(ASK)));
    const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'answered'));
    expect(codes.filter((code) => code === 'busy')).toHaveLength(12);
    expect(codes.filter((code) => code === 'timeout')).toHaveLength(8);
    // One that waited may just get the place of one that gave up; never all of them at once.
    expect(requests()).toBeLessThan(8);
  });
});

test('a reply larger than allowed is read, or a redirect followed', async () => {
  const { client, requests } = await provinceThat((_request, response, nth) => {
    if (nth === 1) response.end('x'.repeat(2_000));
    else response.writeHead(302, { location: '/elsewhere' }).end();
  });
  await expect(client.fetch(ASK)).rejects.toMatchObject({ code: 'oversize' });
  expect(await client.fetch(ASK)).toMatchObject({ status: 302 });
  expect(requests()).toBe(2);
});
