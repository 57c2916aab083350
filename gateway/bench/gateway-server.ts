import { z } from 'zod';
import { readConfig } from '../compose/config.ts';
import { ALL_DIRECT } from '../sandbox/node-routes.ts';
import { startSandboxNode } from '../sandbox/start.ts';
import { serveBench } from './child-side.ts';

/*
 * The gateway as it ships, in sandbox mode and with its settings from the environment. Only this: it asks the systems
 * themselves, as the hand-written server does, and hands the bench what it knows of its sandbox, so that this one can ask
 * the very same systems.
 */
serveBench(async (settings) => {
  z.strictObject({}).parse(settings);
  const gateway = await startSandboxNode(readConfig(process.env), { routeOf: ALL_DIRECT });
  const { child, url } = gateway;
  return {
    ready: { url, sandbox: child.ready },
    close: () => gateway.close(),
  };
});
