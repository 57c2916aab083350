import { z } from 'zod';
import { type Config, readConfig } from '../compose/config.ts';
import type { SandboxChild } from '../sandbox/child.ts';
import { ALL_DIRECT } from '../sandbox/node-routes.ts';
import { startProvinces, startSandboxNode } from '../sandbox/start.ts';
import { serveBench } from './child-side.ts';
import { movedTo } from './replay.ts';
import { type Origins, originsSchema } from './replay-job.ts';

const settingsSchema = z.strictObject({
  /** Where systems listen that somebody else plays, with the keys that the sandbox finds in the data directory. */
  origins: originsSchema.default({}),
});

/*
 * The gateway as it ships, in sandbox mode and with its settings from the environment. Only this: it asks the systems
 * themselves, as the peers do, and hands the bench what it knows of its sandbox, so that these can ask the very same.
 */
serveBench(async (settings) => {
  const { origins } = settingsSchema.parse(settings);
  const config = readConfig(process.env);
  const running = Object.keys(origins).length === 0 ? null : await startElsewhere(config, origins);
  const gateway = await startSandboxNode(config, {
    running: running === null ? null : { child: running },
    routeOf: ALL_DIRECT,
  });
  const { child, url } = gateway;
  return {
    ready: { url, sandbox: child.ready },
    close: async () => {
      await gateway.close();
      await running?.stop();
    },
  };
});

/** The sandbox's systems, those of `origins` at the address given there. */
async function startElsewhere(config: Config, origins: Origins): Promise<SandboxChild> {
  const { ready, stop } = await startProvinces(config, `http://${config.host}:${config.port}`);
  return { ready: movedTo(origins, ready), stop };
}
