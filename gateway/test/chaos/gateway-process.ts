import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ReadyMessage } from '../../../adapters/sandbox/protocol.ts';
import { type MeteredProcess, MetricsOfWorkers } from '../../compose/metrics-of-workers.ts';
import { workerMessageSchema } from '../../compose/worker-messages.ts';
import { killAtExit } from '../kill-at-exit.ts';
import { PATIENCE_MS } from '../patience.ts';

/** One gateway process of several, on a port of its own, that can be killed, ended and started again. */
export interface GatewayProcess {
  readonly port: number;
  /** Null while it is down. */
  readonly pid: () => number | null;
  readonly start: () => Promise<void>;
  readonly kill: () => Promise<void>;
  readonly end: () => Promise<void>;
  /** Everything that all its lives have written. */
  readonly output: () => string;
}

interface Parts {
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  readonly provinces: ReadyMessage;
}

const WORKER = fileURLToPath(new URL('../../sandbox/worker.ts', import.meta.url));
const READY_WITHIN_MS = 4 * PATIENCE_MS;
const RESTART_AFTER_MS = 300;

export function gatewayProcess({ port, env, provinces }: Parts): GatewayProcess {
  let child: ChildProcess | null = null;
  let output = '';
  const gone = async (act: (running: ChildProcess) => void) => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, 'exit');
    act(running);
    await exited;
  };
  const startOnce = async () => {
    const started = fork(WORKER, {
      env: { ...process.env, ...env, HUREN_PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    child = started;
    killAtExit(started);
    for (const stream of [started.stdout, started.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    answerForMetrics(started);
    started.send({ type: 'start', payload: provinces, replaces: false });
    await becomesReady(started, () => output);
  };
  return {
    port,
    pid: () => child?.pid ?? null,
    output: () => output,
    // As a process manager does: a fault of a store that has not passed yet may end a start.
    start: async () => {
      const givesUpAtMs = performance.now() + READY_WITHIN_MS;
      const life = async (): Promise<void> => {
        try {
          await startOnce();
        } catch (error) {
          if (performance.now() > givesUpAtMs) throw error;
          await delay(RESTART_AFTER_MS);
          await life();
        }
      };
      await life();
    },
    kill: () => gone((running) => running.kill('SIGKILL')),
    end: () => gone((running) => running.kill('SIGTERM')),
  };
}

/** A worker asks whoever started it for the metrics of all; here each is all there is. */
function answerForMetrics(child: ChildProcess): void {
  const metrics = new MetricsOfWorkers<MeteredProcess>();
  const metered = {
    isConnected: () => child.connected,
    send: (message: Parameters<MeteredProcess['send']>[0]) => void child.send(message, () => undefined),
  };
  metrics.joined(metered);
  child.on('message', (message) => metrics.hear(metered, message));
}

async function becomesReady(child: ChildProcess, output: () => string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (what: string) => reject(new Error(`a gateway ${what}: ${output().slice(-2_000)}`));
  const timer = setTimeout(() => fail('was not ready in time'), READY_WITHIN_MS);
  child.once('exit', () => fail('ended early'));
  child.on('message', (message) => {
    const said = workerMessageSchema.safeParse(message);
    if (!said.success) return;
    if (said.data.type === 'ready') resolve();
    else fail(`failed (${said.data.reason})`);
  });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
  }
}
