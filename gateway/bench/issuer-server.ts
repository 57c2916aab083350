import { IncomingMessage, Server, ServerResponse } from 'node:http';
import { z } from 'zod';
import { readyMessageSchema } from '../../adapters/sandbox/protocol.ts';
import { provinceCodeSchema } from '../../schemas/code-lists/index.ts';
import { startSeparateIssuer } from '../sandbox/separate-issuer.ts';
import { serveBench } from './child-side.ts';

const settingsSchema = z.strictObject({
  nation: z.strictObject({ url: z.url(), base: z.url(), dataDir: z.string(), systems: readyMessageSchema }),
  issuer: z.strictObject({
    provinces: z.array(provinceCodeSchema).min(1),
    dataDir: z.string(),
    port: z.int().positive(),
    publicUrl: z.url(),
  }),
  knowsBatches: z.boolean().default(true),
});

/** Has every server of this process answer as a node of before batches would: whoever asks it goes on one by one. */
function hideBatches(): void {
  const { emit } = Server.prototype;
  Server.prototype.emit = function (this: Server, event: string | symbol, ...given: unknown[]): boolean {
    const [request, response] = given;
    const isBatch = request instanceof IncomingMessage && request.url?.endsWith('/v1/statements/batch') === true;
    if (event !== 'request' || !isBatch || !(response instanceof ServerResponse)) {
      return Reflect.apply(emit, this, [event, ...given]);
    }
    request.resume();
    response.writeHead(404).end();
    return true;
  };
}

/*
 * The issuer node of some provinces of a gateway's nation: the node as it ships, in a process and with keys of its own.
 * Other settings come from the environment.
 */
serveBench(async (settings) => {
  const { nation, issuer, knowsBatches } = settingsSchema.parse(settings);
  if (!knowsBatches) hideBatches();
  const node = await startSeparateIssuer(nation, issuer, process.env);
  return { ready: { url: node.url }, close: () => node.close() };
});
