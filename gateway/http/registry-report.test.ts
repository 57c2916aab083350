import { createServer } from 'node:http';
import express from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';
import { problemSchema } from '../../schemas/problem.ts';
import { IncomingBodies } from '../access/incoming-bodies.ts';
import { keptLog } from '../authority/authority.fixture.ts';
import { createMetrics } from '../coverage/metrics.ts';
import { LogError } from '../log/log-error.ts';
import { checkedWorld } from '../registry/registry.fixture.ts';
import { errorHandler } from './errors.ts';
import { mountRegistry } from './registry.ts';

test('a log that is away is told as a fault of ours to whoever reads a report', async () => {
  const { state } = await checkedWorld();
  const metrics = createMetrics();
  const app = express();
  mountRegistry(app, {
    registry: { folded: () => state },
    submission: null,
    bodies: new IncomingBodies(),
    store: { read: () => Promise.reject(new LogError('unavailable', 'the database is away')) },
    metrics,
    nowMs: Date.now,
  });
  app.use(errorHandler(keptLog('info').log, metrics));
  const server = createServer(app);
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const origin = await listenOnLoopback(server);
  const reply = await fetch(`${origin}/v1/registry/adapters/410000/versions/1.0.0/report`);
  expect([reply.headers.get('retry-after'), problemSchema.parse(await reply.json()).code]).toEqual([
    '1',
    'unavailable',
  ]);
});
