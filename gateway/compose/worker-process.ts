import cluster from 'node:cluster';
import { type Config, type ConfigMode, readConfig } from './config.ts';
import type { RunningNode } from './node.ts';
import { startWorkerSchema, type WorkerMessage } from './worker-messages.ts';

/** Starts what a worker serves; `payload` is what its parent hands to every worker. */
export type BeginWork = (config: Config, payload: unknown) => Promise<RunningNode>;

/**
 * One process of a node that runs as several (workers.ts). Its settings are its environment; its parent says `start` and
 * hears `ready` or `failed`. It ends on SIGTERM and with its parent.
 */
export function runWorker(begin: BeginWork, mode: ConfigMode): void {
  // Ctrl-C and the end of a terminal reach the whole process group; the parent says when it is time.
  process.on('SIGINT', () => undefined);
  process.on('SIGHUP', () => undefined);
  process.once('message', (message) => {
    run(begin, mode, message).catch((error: unknown) => {
      const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
      tell({ type: 'failed', reason });
      process.exitCode = 1;
      process.disconnect?.();
    });
  });
}

async function run(begin: BeginWork, mode: ConfigMode, message: unknown): Promise<void> {
  const { payload } = startWorkerSchema.parse(message);
  const config = readConfig(process.env, mode);
  const gateway = await begin(config, payload);
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
