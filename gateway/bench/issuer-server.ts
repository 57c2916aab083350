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
});

/*
 * The issuer node of some provinces of a gateway's nation: the node as it ships, in a process and with keys of its own.
 * Other settings come from the environment.
 */
serveBench(async (settings) => {
  const { nation, issuer } = settingsSchema.parse(settings);
  const node = await startSeparateIssuer(nation, issuer, process.env);
  return { ready: { url: node.url }, close: () => node.close() };
});
