import { z } from 'zod';
import { readConfig } from '../compose/config.ts';
import { startSandboxNode } from '../sandbox/start.ts';
import { serveBench } from './child-side.ts';

/*
 * The gateway as it ships, in sandbox mode and with its settings from the environment. Only this: it hands the bench
 * what it knows of its sandbox, so that the hand-written server can ask the very same upstreams.
 */
serveBench(async (settings) => {
  z.strictObject({}).parse(settings);
  const gateway = await startSandboxNode(readConfig(process.env));
  const { child, url } = gateway;
  return {
    ready: { url, sandbox: child.ready },
    close: () => gateway.close(),
  };
});
