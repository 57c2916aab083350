import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { type Config, ConfigError } from './config.ts';
import { openLogger } from './open-logger.ts';
import { originOf } from './server.ts';
import { type StartWorker, type WorkerMessage, workerMessageSchema } from './worker-messages.ts';

const READY_WITHIN_MS = 30_000;
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

const NODE_WORKER: WorkerKind = { exec: new URL('./worker.ts', import.meta.url), payload: null };

/**
 * Starts `config.workers` processes on one port. What they share is in Redis and PostgreSQL; this one holds nothing, and
 * starts a process anew that dies. Throws ConfigError.
 */
export async function startWorkers(given: Config, { exec, payload }: WorkerKind = NODE_WORKER): Promise<Workers> {
  requireShared(given);
  const { config, url } = await addressOf(given);
  cluster.setupPrimary({ exec: fileURLToPath(exec), args: [] });
  const pool = new WorkerPool({ HUREN_PORT: String(config.port), HUREN_WORKERS: '1' }, payload, openLogger(config));
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

function requireShared({ workers, databaseUrl, redisUrl }: Config): void {
  const missing = databaseUrl === null ? 'HUREN_DATABASE_URL' : redisUrl === null ? 'HUREN_REDIS_URL' : null;
  if (missing === null) return;
  throw new ConfigError(`HUREN_WORKERS: ${workers} processes share one log and one cache, so ${missing} must be set`);
}

class WorkerPool {
  readonly #env: Readonly<Record<string, string>>;
  readonly #payload: unknown;
  readonly #log: Logger;
  readonly #workers = new Set<Worker>();
  #closing = false;

  constructor(env: Readonly<Record<string, string>>, payload: unknown, log: Logger) {
    this.#env = env;
    this.#log = log;
    this.#payload = payload;
  }

  async add(): Promise<void> {
    const worker = cluster.fork(this.#env);
    this.#workers.add(worker);
    worker.once('exit', () => {
      // Not in the set: it was told to go.
      if (!this.#workers.delete(worker) || this.#closing) return;
      this.#log.error({ pid: worker.process.pid }, 'a worker died');
      setTimeout(() => void this.#replace(), RESPAWN_AFTER_MS);
    });
    try {
      await becomesReady(worker, { type: 'start', payload: this.#payload });
    } catch (error) {
      this.#workers.delete(worker);
      worker.process.kill('SIGKILL');
      throw error;
    }
  }

  async restart(): Promise<void> {
    for (const old of [...this.#workers]) {
      await this.add();
      this.#workers.delete(old);
      await stop(old);
      this.#log.info({ pid: old.process.pid }, 'replaced');
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#workers].map(stop));
  }

  async #replace(): Promise<void> {
    if (this.#closing) return;
    await this.add().catch(() => setTimeout(() => void this.#replace(), RESPAWN_AFTER_MS));
  }
}

async function becomesReady(worker: Worker, start: StartWorker): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<WorkerMessage>();
  const timer = setTimeout(() => reject(new Error('a worker was not ready in time')), READY_WITHIN_MS);
  worker.once('exit', () => reject(new Error('a worker ended early')));
  worker.on('message', (message: unknown) => {
    const parsed = workerMessageSchema.safeParse(message);
    if (parsed.success) resolve(parsed.data);
  });
  worker.send(start);
  try {
    const said = await promise;
    if (said.type === 'failed') throw new ConfigError(said.reason);
  } finally {
    clearTimeout(timer);
  }
}

async function stop(worker: Worker): Promise<void> {
  if (worker.isDead()) return;
  const exited = once(worker, 'exit');
  const force = setTimeout(() => worker.process.kill('SIGKILL'), STOP_WITHIN_MS);
  worker.send({ type: 'stop' });
  await exited;
  clearTimeout(force);
}

async function freePort({ host }: Config): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new ConfigError('HUREN_PORT: no port is free');
  return address.port;
}
