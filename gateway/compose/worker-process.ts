import cluster from 'node:cluster';
import { becomesReady } from './becomes-ready.ts';
import { type Config, type ConfigMode, readConfig } from './config.ts';
import type { RunningNode } from './node.ts';
import type { Siblings } from './node-parts.ts';
import { SiblingMetrics } from './sibling-metrics.ts';
import { type FromWorker, startWorkerSchema, toWorkerSchema, type WorkerMessage } from './worker-messages.ts';

/** Starts what a worker serves; `payload` is what its parent hands to every worker. */
export type BeginWork = (config: Config, payload: unknown, siblings: Siblings) => Promise<RunningNode>;

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
  const { payload, replaces } = startWorkerSchema.parse(message);
  const config = readConfig(process.env, mode);
  const metrics = new SiblingMetrics(tell);
  const gateway = await begin(config, payload, { replaces, metrics: () => metrics.ofAll() });
  const { node } = gateway;
  if (replaces) await becomesReady(node.readiness);
  const own = async () => {
    node.collect(node.parts.metrics);
    return await node.parts.metrics.registry.getMetricsAsJSON();
  };
  process.on('message', (said) => {
    const heard = toWorkerSchema.safeParse(said).data;
    if (heard?.type === 'metrics_of_all') metrics.hear(heard);
    if (heard?.type !== 'metrics_wanted') return;
    const { question } = heard;
    own().then(
      (ofThis) => tell({ type: 'metrics', question, metrics: ofThis }),
      () => undefined,
    );
  });
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    gateway
      .close()
      .then(own)
      .then((ofThis) => tell({ type: 'metrics', question: null, metrics: ofThis }, leave))
      .catch(() => process.exit(1));
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

function tell(message: WorkerMessage | FromWorker, then: () => void = () => undefined): void {
  if (process.send === undefined || !process.connected) then();
  else process.send(message, then);
}
