import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Settings, spawnHuren } from './huren-command.ts';
import { NationError } from './nation-error.ts';
import type { Seat } from './plan.ts';

/** On a machine of two cores a whole nation starts at once. */
const ANSWERS_WITHIN_MS = 60_000;
const STOPS_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 100;

/** Who watches over the processes of a nation. */
export interface Watch {
  /** From then on nothing is started any more. */
  readonly stopped: AbortSignal;
  /** Hears of a process that was running and ended by itself: with an exit code, or by a signal. */
  readonly onEnded: (seat: Seat, how: string) => void;
}

/** A node of the nation: `huren serve` with the settings of its seat. What it writes is in `output.log` there. */
export class NodeProcess {
  readonly seat: Seat;
  readonly #settings: Settings;
  readonly #watch: Watch;
  #child: ChildProcess | null = null;
  /** It has answered, and nobody has ended it since. */
  #isUp = false;

  constructor(seat: Seat, settings: Settings, watch: Watch) {
    this.seat = seat;
    this.#settings = settings;
    this.#watch = watch;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /**
   * Starts it and waits until it answers. `other`: settings that are other ones in this life alone. Throws NationError
   * `process_failed` with what it said.
   */
  async start(other: Settings = {}): Promise<void> {
    const child = this.#spawn(other);
    const untilMs = performance.now() + ANSWERS_WITHIN_MS;
    while (!(await isAnswering(this.seat))) {
      if (hasEnded(child) || this.#watch.stopped.aborted) throw this.#failed('it ended');
      if (performance.now() > untilMs) throw this.#failed('no answer in time');
      await delay(LOOK_EVERY_MS);
    }
    this.#isUp = true;
  }

  /** Lets it finish what is under way. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** As a power cut does. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  #spawn(other: Settings): ChildProcess {
    this.#watch.stopped.throwIfAborted();
    const output = openSync(this.#outputFile, 'a', 0o600);
    const child = spawnHuren(['serve', '--lang', 'en'], { ...this.#settings, ...other }, output);
    closeSync(output);
    child.on('error', () => undefined);
    this.#child = child;
    child.once('exit', (exit, signal) => {
      if (this.#child === child) this.#child = null;
      if (this.#isUp) this.#watch.onEnded(this.seat, howEnded(exit, signal));
      this.#isUp = false;
    });
    return child;
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#isUp = false;
    if (child === null || hasEnded(child)) return;
    const ended = once(child, 'exit');
    const force = setTimeout(() => child.kill('SIGKILL'), STOPS_WITHIN_MS);
    child.kill(signal);
    await ended;
    clearTimeout(force);
  }

  get #outputFile(): string {
    return join(this.seat.dir, 'output.log');
  }

  #failed(why: string): NationError {
    return new NationError('process_failed', `${this.seat.name}: ${why}: ${this.#lastWords()}`);
  }

  #lastWords(): string {
    const lines = readFileSync(this.#outputFile, 'utf8').trim().split('\n');
    return (lines.findLast((line) => line.startsWith('huren: ')) ?? lines.at(-1) ?? '').slice(0, 300);
  }
}

async function isAnswering({ url }: Seat): Promise<boolean> {
  const reply = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
  await reply?.body?.cancel();
  return reply?.status === 200;
}

/** An exit code, or the signal that ended it. */
export function howEnded(exit: number | null, signal: NodeJS.Signals | null): string {
  return signal ?? `exit ${exit}`;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
