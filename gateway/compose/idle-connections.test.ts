import { once } from 'node:events';
import { Agent, createServer, request, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { closeIdleConnections, type IdleTerms } from './idle-connections.ts';

const TERMS = { idleMs: 65_000, untakenMs: 300_000, lookEveryMs: 5_000 };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
});

/** A server that answers when it is told to, and who is connected to it. */
async function serving(terms: IdleTerms = TERMS) {
  const waiting: ServerResponse[] = [];
  const connected = new Set<Socket>();
  const server = createServer((_request, response) => void waiting.push(response));
  server.keepAliveTimeout = 0;
  server.on('connection', (socket) => {
    connected.add(socket);
    socket.once('close', () => connected.delete(socket));
  });
  closeIdleConnections(server, terms);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => {
    agent.destroy();
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const ask = () =>
    new Promise<string>((resolve, reject) => {
      request({ host: '127.0.0.1', port, agent }, (response) => resolve(text(response)))
        .on('error', reject)
        .end();
    });
  const answer = async (body: string | Buffer = 'answered') => {
    await vi.waitUntil(() => waiting.length > 0);
    waiting.shift()?.end(body);
  };
  return { ask, answer, connected, port };
}

const pass = (ms: number) => void vi.advanceTimersByTime(ms);

test('a connection that nobody uses stays open, or its client is cut off while it waits', async () => {
  const { ask, answer, connected } = await serving();
  const asked = ask();
  await vi.waitUntil(() => connected.size === 1);
  pass(5 * TERMS.idleMs);
  await answer();
  expect(await asked).toBe('answered');
  pass(TERMS.idleMs);
  expect(connected.size).toBe(1);
  pass(TERMS.lookEveryMs);
  await vi.waitUntil(() => connected.size === 0);
});

test('a connection is closed that is used now and then', async () => {
  const { ask, answer, connected } = await serving();
  for (let asked = 0; asked < 5; asked += 1) {
    const reply = ask();
    await answer();
    expect(await reply).toBe('answered');
    pass(TERMS.idleMs - TERMS.lookEveryMs);
  }
  expect(connected.size).toBe(1);
});

/** More than the system keeps on its way to anybody. */
const LARGE = Buffer.alloc(32 * 1_048_576);

test('a client that takes its reply slowly is cut off in the middle of it', async () => {
  const terms = { ...TERMS, untakenMs: 1_000 };
  const { answer, connected, port } = await serving(terms);
  const client = connect(port, '127.0.0.1').pause();
  onTestFinished(() => void client.destroy());
  client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  await answer(LARGE);
  const [served] = connected;
  const untilMs = Date.now() + 3 * terms.untakenMs;
  for (let count = 0; Date.now() < untilMs; count += 1) {
    if (count % 10 === 0) pass(terms.lookEveryMs);
    client.read();
    await delay(10);
  }
  expect([connected.size, (served?.writableLength ?? 0) > 0]).toEqual([1, true]);
  client.resume();
  await vi.waitUntil(() => served?.writableLength === 0);
  pass(TERMS.idleMs - TERMS.lookEveryMs);
  expect(connected.size).toBe(1);
});

test('a client that never takes anything of its reply keeps it', async () => {
  const { answer, connected, port } = await serving({ ...TERMS, untakenMs: 50 });
  const client = connect(port, '127.0.0.1').pause();
  onTestFinished(() => void client.destroy());
  client.on('error', () => {});
  client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  await answer(LARGE);
  pass(TERMS.lookEveryMs);
  await vi.waitUntil(() => connected.size === 0);
});
