import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { programFile } from '../../compose/program-file.ts';
import { NationError } from './nation-error.ts';

export type Settings = Readonly<Record<string, string>>;

export interface Ran {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const HUREN = fileURLToPath(programFile(new URL('../../cli/huren.ts', import.meta.url)));
const TETHER = programFile(new URL('./tether.ts', import.meta.url)).href;
const MOST_AT_ONCE = 3;
/** No step of a ceremony takes longer; one that hangs must not hang the nation. */
const WITHIN_MS = 60_000;

/** Starts `huren` in a process of its own, with these settings and none of this process's. */
export function spawnHuren(argv: readonly string[], settings: Settings, stdio: 'pipe' | number): ChildProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(HUREN_|LC_|LANG)/.test(name));
  return spawn(process.execPath, ['--import', TETHER, HUREN, ...argv], {
    env: { ...Object.fromEntries(inherited), ...settings },
    stdio: ['ignore', stdio, stdio, 'ipc'],
    // Ctrl-C reaches the whole process group of a terminal; who stops in which order is for the nation to say.
    detached: true,
  });
}

/** Runs commands to their end, a few at a time, until `stopped`. */
export class HurenCommands {
  readonly #stopped: AbortSignal;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(stopped: AbortSignal) {
    this.#stopped = stopped;
  }

  /** Throws NationError `step_failed` where the command cannot be run or hangs. */
  async run(argv: readonly string[], settings: Settings): Promise<Ran> {
    if (this.#running >= MOST_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
    try {
      return await ranToItsEnd(argv, settings, this.#stopped);
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** As `run`, for a step that has to succeed: gives what it printed. Throws NationError `step_failed`. */
  async step(argv: readonly string[], settings: Settings): Promise<string> {
    const { exit, stdout, stderr } = await this.run(argv, settings);
    if (exit === 0) return stdout;
    const said = stderr.split('\n').find((line) => line.startsWith('huren: '));
    throw failed(argv, said ?? `exit ${exit}`);
  }
}

function ranToItsEnd(argv: readonly string[], settings: Settings, stopped: AbortSignal): Promise<Ran> {
  if (stopped.aborted) throw failed(argv, 'the nation is being stopped');
  const child = spawnHuren(argv, settings, 'pipe');
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    const over = AbortSignal.any([stopped, AbortSignal.timeout(WITHIN_MS)]);
    const cut = () => child.kill('SIGKILL');
    over.addEventListener('abort', cut, { once: true });
    child.once('error', (error) => reject(failed(argv, error.message)));
    child.once('close', (exit) => {
      over.removeEventListener('abort', cut);
      if (over.aborted) reject(failed(argv, stopped.aborted ? 'the nation is being stopped' : 'no answer in time'));
      else resolve({ exit, ...text });
    });
  });
}

function failed(argv: readonly string[], why: string): NationError {
  // What a step is given beside its name may be long: a key, a path.
  return new NationError('step_failed', `huren ${argv.slice(0, 3).join(' ')}: ${why}`);
}
