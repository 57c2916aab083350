import { z } from 'zod';
import { readConfig } from '../compose/config.ts';
import { startGateway } from '../compose/node.ts';
import { serveBench } from './child-side.ts';

/*
 * The gateway as it ships, in sandbox mode and with its settings from the environment. Only this: it hands the bench
 * what it knows of its sandbox, so that the hand-written server can ask the very same upstreams.
 */
serveBench(async (settings) => {
  z.strictObject({}).parse(settings);
  const gateway = await startGateway(readConfig(process.env), { sandbox: true });
  const { context, url } = gateway;
  return {
    ready: { url, sandbox: context.sandbox?.ready },
    close: () => gateway.close(),
  };
});
