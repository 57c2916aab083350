import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface Ran {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real command line in a process of its own, with nothing of this process's HUREN_* settings. */
export function huren(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stdin = '',
  entry = 'huren.ts',
): Promise<Ran> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(HUREN_|LC_|LANG|COLUMNS)/.test(name));
  const child = spawn(process.execPath, [join(import.meta.dirname, entry), ...argv], {
    env: { ...Object.fromEntries(inherited), HUREN_DATA_DIR: '/nowhere/huren', ...env },
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
    });
  }
  // A command that fails before it reads its input closes the pipe.
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => resolve({ exit, ...text }));
  });
}
