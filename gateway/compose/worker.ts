import cluster from 'node:cluster';
import { readConfig } from './config.ts';
import { startGateway } from './node.ts';
import { startWorkerSchema, type WorkerMessage } from './worker-messages.ts';

/*
 * One process of a gateway that runs as several (workers.ts). Its settings are its environment; its parent says `start`,
 * with the simulated provinces where there are any, and hears `ready` or `failed`. It ends on SIGTERM and with its parent.
 */

// Ctrl-C and the end of a terminal reach the whole process group; the parent says when it is time.
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
process.once('message', (message) => {
  run(message).catch((error: unknown) => {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    tell({ type: 'failed', reason });
    process.exitCode = 1;
    process.disconnect?.();
  });
});

async function run(message: unknown): Promise<void> {
  const { provinces } = startWorkerSchema.parse(message);
  const config = readConfig(process.env, { sandbox: provinces !== null });
  const played = provinces === null ? {} : { provinces: { ready: provinces, stop: async () => {} } };
  const gateway = await startGateway(config, { sandbox: provinces !== null, joins: true, ...played });
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    gateway.close().then(leave, () => process.exit(1));
  };
  process.on('SIGTERM', stop);
  process.on('disconnect', stop);
  tell({ type: 'ready', url: gateway.url });
}

/**
 * Ends this process once its parent has agreed. A connection that the parent handed over a moment ago is still on its
 * way here; it is refused, and then goes to another process, only while there is somebody to refuse it.
 */
function leave(): void {
  const { worker } = cluster;
  if (!process.connected || worker === undefined) process.exit(0);
  process.once('disconnect', () => process.exit(0));
  worker.disconnect();
}

function tell(message: WorkerMessage): void {
  process.send?.(message);
}
