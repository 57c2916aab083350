import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import { BenchError } from './bench-error.ts';
import { type FromChild, fromChildSchema, type ToChild } from './child-messages.ts';
import type { Watched } from './observation.ts';

const STOP_WITHIN_MS = 8_000;

/** A process under measurement, or one that measures. One question at a time. */
export interface Child<Ready> {
  readonly pid: number;
  readonly file: string;
  readonly ready: Ready;
  readonly cpuUs: () => Promise<number>;
  /** Watches it while `act` goes on. */
  readonly watch: <T extends z.ZodType>(what: Watched, seen: T, act: () => Promise<void>) => Promise<z.output<T>>;
  /** What it keeps after a collection, in bytes. */
  readonly keptBytes: () => Promise<number>;
  readonly run: <T extends z.ZodType>(job: unknown, result: T) => Promise<z.output<T>>;
  readonly stop: () => Promise<void>;
}

export interface ChildStart<Ready extends z.ZodType> {
  /** A file of this folder. */
  readonly file: string;
  readonly settings: unknown;
  readonly ready: Ready;
  readonly env?: Readonly<Record<string, string>>;
  /** Told what it writes, on either stream. Without it nobody keeps that, as befits a measurement. */
  readonly onOutput?: (text: string) => void;
}

/** Forks a file of this folder and waits until it is ready. Throws BenchError `child_failed` with its own reason. */
export async function startChild<Ready extends z.ZodType>(start: ChildStart<Ready>): Promise<Child<z.output<Ready>>> {
  // A log line is formatted and written as in production, whether or not somebody keeps it.
  const { onOutput } = start;
  const output = onOutput === undefined ? 'ignore' : 'pipe';
  const child = fork(join(import.meta.dirname, start.file), {
    env: { ...process.env, ...start.env },
    stdio: ['ignore', output, output, 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => onOutput?.(text));
  }
  const stop = () => stopChild(child);
  try {
    const answer = await ask(child, start.file, { type: 'start', settings: start.settings });
    if (answer.type !== 'ready') throw new BenchError('child_failed', `${start.file} did not start`);
    return {
      pid: child.pid ?? 0,
      file: start.file,
      ready: start.ready.parse(answer.ready),
      cpuUs: async () => {
        const reply = await ask(child, start.file, { type: 'cpu' });
        return reply.type === 'cpu' ? reply.microseconds : 0;
      },
      watch: async (what, seen, act) => {
        await ask(child, start.file, { type: 'watch', what });
        await act();
        const reply = await ask(child, start.file, { type: 'seen' });
        return seen.parse(reply.type === 'done' ? reply.result : undefined);
      },
      keptBytes: async () => {
        const reply = await ask(child, start.file, { type: 'memory' });
        return z.number().parse(reply.type === 'done' ? reply.result : undefined);
      },
      run: async (job, result) => {
        const reply = await ask(child, start.file, { type: 'job', job });
        return result.parse(reply.type === 'done' ? reply.result : undefined);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function ask(child: ChildProcess, file: string, message: ToChild): Promise<FromChild> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => settle(() => reject(new BenchError('child_failed', `${file}: ${reason}`)));
    const onExit = (code: number | null) => fail(`ended early (${code ?? 'killed'})`);
    const onMessage = (raw: unknown) => {
      const answer = fromChildSchema.parse(raw);
      if (answer.type === 'failed') fail(answer.reason);
      else settle(() => resolve(answer));
    };
    const settle = (act: () => void) => {
      child.off('exit', onExit);
      child.off('message', onMessage);
      act();
    };
    child.once('exit', onExit);
    child.on('message', onMessage);
    if (child.connected) child.send(message);
    else fail('is gone');
  });
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  const exited = once(child, 'exit');
  if (child.connected) child.disconnect();
  await exited;
  clearTimeout(force);
}
