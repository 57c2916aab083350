import { createServer, type Server } from 'node:http';
import express from 'express';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';
import { createMetrics } from '../coverage/metrics.ts';
import { ProblemError } from '../problem-error.ts';
import { errorHandler, openFailures } from './errors.ts';
import { HotRoutes } from './hot-routes.ts';
import { beginReply, sendJson } from './reply.ts';
import { openRequestLog } from './request-log.ts';

let server: Server;
let origin: string;
const lines: string[] = [];
const metrics = createMetrics();
/** How many requests came as far as express. */
let seenByExpress = 0;

beforeAll(async () => {
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const app = express();
  app.use((_request, _response, next) => {
    seenByExpress += 1;
    next();
  });
  const hot = new HotRoutes(app);
  hot.post('/hot', async (_request, response) => sendJson(response, 200, { answered: true }));
  hot.post('/refused', async () => {
    throw new ProblemError('rate_limited', undefined, { 'retry-after': '1' });
  });
  hot.post('/broken', async () => {
    throw new RangeError('it quotes CODE-OF-SOMEBODY');
  });
  hot.post('/half', async (_request, response) => {
    beginReply(response, 200, {});
    response.write('half of');
    throw new ProblemError('unavailable');
  });
  app.use(errorHandler(log, metrics));
  server = createServer(hot.before(app, openFailures(log, metrics), openRequestLog(log)));
  origin = await listenOnLoopback(server);
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const ask = (path: string, method = 'POST') => fetch(`${origin}${path}`, { method });
const line = (status: number) =>
  lines.map((one): Record<string, unknown> => JSON.parse(one)).find((one) => one['status'] === status);

describe('a hot route', () => {
  test('goes by way of express after all, or takes from it what is not hot', async () => {
    seenByExpress = 0;
    expect([(await ask('/hot')).status, seenByExpress]).toEqual([200, 0]);
    for (const path of ['/hot/', '/HOT', '/hot?lang=zh']) expect([path, (await ask(path)).status]).toEqual([path, 200]);
    expect((await ask('/hot', 'GET')).headers.get('allow')).toBe('POST');
    expect(seenByExpress).toBe(4);
  });

  test('is told in the log by what was typed, or not at all', async () => {
    const id = (await ask('/hot')).headers.get('x-request-id');
    expect(line(200)).toMatchObject({ route: '/hot', method: 'POST', msg: 'request' });
    expect(lines.filter((one) => id !== null && one.includes(id))).toHaveLength(1);
  });

  test('that is refused is answered without its code, its headers or its count', async () => {
    const reply = await ask('/refused');
    expect([reply.status, reply.headers.get('retry-after'), reply.headers.get('cache-control')]).toEqual([
      429,
      '1',
      'no-store',
    ]);
    expect(await reply.json()).toMatchObject({ code: 'rate_limited', request_id: reply.headers.get('x-request-id') });
    expect(await metrics.registry.metrics()).toContain('huren_problems_total{code="rate_limited"} 1');
    expect(line(429)).toMatchObject({ route: '/refused' });
  });

  test('that breaks says what it was about', async () => {
    expect((await ask('/broken')).status).toBe(500);
    expect(lines.join('')).toContain('RangeError');
    expect(lines.join('')).not.toContain('CODE-OF-SOMEBODY');
  });

  test('that breaks half-way passes for a whole reply', async () => {
    await expect(ask('/half').then((reply) => reply.text())).rejects.toThrow();
  });
});
