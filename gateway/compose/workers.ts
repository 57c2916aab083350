import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { type Config, ConfigError } from './config.ts';
import { listenFault } from './listen-fault.ts';
import { type MeteredProcess, MetricsOfWorkers } from './metrics-of-workers.ts';
import { openLogger } from './open-logger.ts';
import { programFile } from './program-file.ts';
import { originOf } from './server.ts';
import { type Child, superviseChild } from './start-child.ts';
import { type StartWorker, type WorkerMessage, workerMessageSchema } from './worker-messages.ts';

/** Beside what it is given for draining. */
const STOP_WITHIN_MS = 15_000;
const RESPAWN_AFTER_MS = 500;

/** A gateway of several processes that share one port. */
export interface Workers {
  readonly url: string;
  /** Replaces every process, one after another, without a moment in which nobody answers. */
  readonly restart: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What every worker runs and is handed. */
export interface WorkerKind {
  readonly exec: URL;
  readonly payload: unknown;
}

const NODE_WORKER: WorkerKind = { exec: programFile(new URL('./worker.ts', import.meta.url)), payload: null };

/**
 * Starts `config.workers` processes on one port. What they share is in Redis and PostgreSQL; this one holds nothing, and
 * starts a process anew that dies. Throws ConfigError.
 */
export async function startWorkers(given: Config, { exec, payload }: WorkerKind = NODE_WORKER): Promise<Workers> {
  const { config, url } = await addressOf(given);
  cluster.setupPrimary({ exec: fileURLToPath(exec), args: [] });
  const pool = new WorkerPool(config, payload);
  try {
    // One by one: the first makes the keys and the registry that the others find.
    for (let n = 0; n < config.workers; n += 1) await pool.add();
  } catch (error) {
    await pool.close();
    throw error;
  }
  return { url, restart: () => pool.restart(), close: () => pool.close() };
}

/** The port is part of names, so it must be known before the first process is there. */
export async function addressOf(config: Config): Promise<{ readonly config: Config; readonly url: string }> {
  const port = config.port === 0 ? await freePort(config) : config.port;
  return { config: { ...config, port }, url: originOf(config, port) };
}

class WorkerPool {
  readonly #config: Config;
  readonly #payload: unknown;
  readonly #log: Logger;
  readonly #workers = new Map<Worker, Child<WorkerMessage>>();
  readonly #metrics = new MetricsOfWorkers<MeteredProcess>();
  #restarting: Promise<void> | null = null;
  /** The one for which another is being started: should it die meanwhile, that one is in its place already. */
  #replaced: Worker | null = null;
  #closing = false;

  constructor(config: Config, payload: unknown) {
    this.#config = config;
    this.#log = openLogger(config);
    this.#payload = payload;
  }

  /** Adds a process; one that `replaces` another has to be ready first. Throws ConfigError with its own reason. */
  async add({ replaces }: { readonly replaces: boolean } = { replaces: false }): Promise<void> {
    const worker = cluster.fork({ HUREN_PORT: String(this.#config.port), HUREN_WORKERS: '1' });
    const child = this.#supervise(worker, replaces);
    let hasStarted = false;
    this.#workers.set(worker, child);
    const metered = {
      isConnected: () => worker.isConnected(),
      send: (message: object) => void worker.process.send(message, () => undefined),
    };
    this.#metrics.joined(metered);
    worker.on('message', (message: unknown) => this.#metrics.hear(metered, message));
    worker.once('exit', () => {
      void this.#metrics.left(metered);
      // Not in the map: it was told to go. One that never started is its starter's: both would start another one for it.
      if (!this.#workers.delete(worker) || !hasStarted || this.#closing) return;
      this.#log.error({ pid: worker.process.pid }, 'a worker died');
      if (worker === this.#replaced) return;
      setTimeout(() => void this.#replace(), RESPAWN_AFTER_MS);
    });
    try {
      const said = await child.ready;
      if (said.type === 'failed') throw new ConfigError(said.reason);
      hasStarted = true;
    } catch (error) {
      this.#workers.delete(worker);
      await child.stop();
      throw error;
    }
  }

  /** Whoever asks for a restart while there is one gets that one. Throws where a new process cannot go for an old one. */
  restart(): Promise<void> {
    this.#restarting ??= this.#replaceAll().finally(() => {
      this.#restarting = null;
    });
    return this.#restarting;
  }

  async #replaceAll(): Promise<void> {
    for (const [old, child] of [...this.#workers]) {
      // One that is still starting is its starter's until it is ready: told to go before, it would be started once more.
      await child.ready.catch(() => undefined);
      // It may have died meanwhile, and another one come in its place.
      if (!this.#workers.has(old)) continue;
      await this.#addFor(old);
      this.#workers.delete(old);
      await child.stop();
      this.#log.info({ pid: child.pid }, 'replaced');
    }
  }

  async #addFor(old: Worker): Promise<void> {
    this.#replaced = old;
    try {
      await this.add({ replaces: true });
    } catch (error) {
      // Both are gone, and nobody else starts another one.
      if (!this.#workers.has(old)) void this.#replace();
      throw error;
    } finally {
      this.#replaced = null;
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#workers.values()].map((child) => child.stop()));
  }

  #supervise(worker: Worker, replaces: boolean): Child<WorkerMessage> {
    return superviseChild(worker.process, {
      name: 'a worker',
      message: { type: 'start', payload: this.#payload, replaces } satisfies StartWorker,
      read: (message) => {
        const parsed = workerMessageSchema.safeParse(message);
        return parsed.success ? { ready: parsed.data } : { failed: 'it sent something else' };
      },
      limits: { stopWithinMs: this.#config.drainS * 1000 + STOP_WITHIN_MS },
    });
  }

  async #replace(): Promise<void> {
    if (this.#closing) return;
    await this.add().catch((error: unknown) => {
      // What was on its way when everything was told to stop is no fault.
      if (this.#closing) return;
      const reason = error instanceof Error ? error.message : 'unknown';
      this.#log.error({ reason }, 'a worker could not be started again');
      setTimeout(() => void this.#replace(), RESPAWN_AFTER_MS);
    });
  }
}

async function freePort({ host }: Config): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening').catch((error: unknown) => {
    throw listenFault(error, { host, port: 0 });
  });
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new ConfigError('HUREN_PORT: no port is free');
  return address.port;
}
