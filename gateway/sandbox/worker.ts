import { readyMessageSchema } from '../../adapters/sandbox/protocol.ts';
import { runWorker } from '../compose/worker-process.ts';
import { startSandboxNode } from './start.ts';

/* One process of a sandbox that runs as several: the simulated systems are another's. */
runWorker(
  (config, payload, siblings) => {
    const child = { ready: readyMessageSchema.parse(payload), stop: async () => {} };
    return startSandboxNode(config, { running: { child, siblings } });
  },
  { sandbox: true },
);
