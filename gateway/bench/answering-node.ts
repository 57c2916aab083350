import { createServer } from 'node:http';
import { z } from 'zod';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';
import { serveBench } from './child-side.ts';

/** As long as an answer and a statement usually are. */
const [ANSWER, STATEMENT] = ['a'.repeat(700), 's'.repeat(1_500)];
const frameSchema = z.object({ items: z.array(z.unknown()) });

/*
 * Stands where a province's node would: answers whatever it is asked after `afterMs`, in the agreed form, with nothing
 * signed. A node that has to work would be the bottleneck long before the one that asks.
 */
serveBench(async (settings) => {
  const { afterMs } = z.strictObject({ afterMs: z.number().nonnegative() }).parse(settings);
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.once('end', () => {
      const reply = { answer: ANSWER, statement: STATEMENT };
      const isBatch = request.url?.endsWith('/batch') === true;
      const count = isBatch ? frameSchema.parse(JSON.parse(body)).items.length : 1;
      const lines = Array.from({ length: count }, (_, index) => `${JSON.stringify({ index, ...reply })}\n`);
      setTimeout(() => response.end(isBatch ? lines.join('') : JSON.stringify(reply)), afterMs);
    });
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
