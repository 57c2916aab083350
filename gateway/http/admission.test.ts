import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import express from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { IncomingBodies } from '../access/incoming-bodies.ts';
import { LoadGauge } from '../access/load-gauge.ts';
import { admit } from './admission.ts';
import { receiveBody } from './receive-body.ts';

class CountingGauge extends LoadGauge {
  entered = 0;
  override enter(client: string, scans?: number): void {
    this.entered += 1;
    super.enter(client, scans);
  }
}

test.each<[string, (request: IncomingMessage) => Promise<unknown>]>([
  ['whose question is whole', async () => 'a question'],
  ['whose question has not been read', (request) => receiveBody(request, 100, 'question')],
])('somebody %s has gone and is counted as load for ever, or waited for', async (_who, read) => {
  const load = new CountingGauge(() => {});
  const outcome = Promise.withResolvers<unknown>();
  const app = express();
  app.use(async (request, response) => {
    const door = {
      priority: 'single',
      authenticate: async () => {
        await once(response, 'close');
        return 'a venue';
      },
      clientOf: (asker: string) => asker,
      read,
      maxBytes: 100,
      scansIn: () => 1,
    } as const;
    outcome.resolve(await admit({ load, bodies: new IncomingBodies() }, door, request, response).catch((e) => e));
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  const socket = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  await once(server, 'request');
  socket.destroy();
  expect(await outcome.promise).toMatchObject({ code: 'body_invalid' });
  expect(load.entered).toBe(0);
});
