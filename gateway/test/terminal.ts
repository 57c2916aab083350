import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;

/** A shell that somebody types into. What it starts in the background belongs to it, and ends with it. */
export class Terminal {
  readonly #shell: ChildProcess;
  #output = '';
  #typed = 0;

  /** `cwd`: where it is opened. */
  constructor(cwd: string, env: Readonly<Record<string, string>>) {
    // A group of its own, so that everything started from it is reached at once.
    this.#shell = spawn('bash', ['--noprofile', '--norc'], {
      cwd,
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    for (const stream of [this.#shell.stdout, this.#shell.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        this.#output += chunk;
      });
    }
  }

  get output(): string {
    return this.#output;
  }

  /** Types commands and waits until the shell has gone through them. Throws where nothing new is shown for so long. */
  async type(commands: string, withinMs: number): Promise<void> {
    this.#typed += 1;
    const mark = `typed-${process.pid}-${this.#typed}`;
    this.#shell.stdin?.write(`${commands}\nprintf '%s\\n' ${mark}\n`);
    await this.shows((output) => output.includes(`${mark}\n`), withinMs);
    this.#output = this.#output.replace(`${mark}\n`, '');
  }

  /** Waits until what it shows is as it should be. Throws where it is not, and nothing new is shown for so long. */
  async shows(isSo: (output: string) => boolean, withinMs: number): Promise<void> {
    let untilMs = performance.now() + withinMs;
    let shown = this.#output.length;
    while (!isSo(this.#output)) {
      if (this.#output.length !== shown) untilMs = performance.now() + withinMs;
      shown = this.#output.length;
      if (performance.now() > untilMs || this.#shell.exitCode !== null)
        throw new Error('the terminal does not show it');
      await delay(LOOK_EVERY_MS);
    }
  }

  /** Closes it, with everything that was started in it. */
  async close(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#shell;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const ended = once(this.#shell, 'close');
    process.kill(-pid, 'SIGTERM');
    await ended;
  }
}
