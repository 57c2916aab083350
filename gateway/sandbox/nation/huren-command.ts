import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { NationError } from './nation-error.ts';

export type Settings = Readonly<Record<string, string>>;

export interface Ran {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const HUREN = join(import.meta.dirname, '../../cli/huren.ts');
const TETHER = join(import.meta.dirname, 'tether.ts');
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

let running = 0;
const waiting: (() => void)[] = [];

/** Runs one command to its end, a few at a time. Throws NationError `step_failed` where it cannot be run or hangs. */
export async function runHuren(argv: readonly string[], settings: Settings): Promise<Ran> {
  if (running >= MOST_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  running += 1;
  try {
    return await ran(argv, settings);
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

/** As `runHuren`, for a step that has to succeed: gives what it printed. Throws NationError `step_failed`. */
export async function stepHuren(argv: readonly string[], settings: Settings): Promise<string> {
  const { exit, stdout, stderr } = await runHuren(argv, settings);
  if (exit === 0) return stdout;
  const [said = ''] = stderr.split('\n');
  throw new NationError('step_failed', `huren ${argv.join(' ')}: ${said === '' ? `exit ${exit}` : said}`);
}

function ran(argv: readonly string[], settings: Settings): Promise<Ran> {
  const child = spawnHuren(argv, settings, 'pipe');
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    const failed = (why: string) => new NationError('step_failed', `huren ${argv.join(' ')}: ${why}`);
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(failed('no answer in time'));
    }, WITHIN_MS);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(failed(error.message));
    });
    child.once('close', (exit) => {
      clearTimeout(timer);
      resolve({ exit, ...text });
    });
  });
}
