import { createServer } from 'node:http';
import { z } from 'zod';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';
import { serveBench } from './child-side.ts';

/*
 * The bound that node:http itself sets: reads the same question, sends the same bytes, and does nothing in between.
 */
serveBench(async (settings) => {
  const { body } = z.strictObject({ body: z.string() }).parse(settings);
  const bytes = Buffer.from(body);
  const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': bytes.length };
  const server = createServer((request, response) => {
    request.resume().once('end', () => response.writeHead(200, headers).end(bytes));
  });
  const url = await listenOnLoopback(server);
  return {
    ready: { url },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
});
