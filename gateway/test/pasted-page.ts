import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const TSC = join(ROOT, 'node_modules/.bin/tsc');
const BLOCK = /^```(sh|js|text)\n([\s\S]*?)^```$/gm;
const STEP = '@@ step';

/** What a block printed, and what the page says that it prints; null where it says nothing. */
interface Step {
  readonly commands: string;
  readonly printed: string;
  readonly shown: string | null;
}

/** Builds the package's entries as `npm ci` does, and puts them and the vectors where whoever installed it has them. */
export function installPackage(folder: string): void {
  const installed = join(folder, 'node_modules/huren');
  mkdirSync(installed, { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(installed, 'package.json'));
  execFileSync(TSC, ['-p', join(ROOT, 'gateway/client'), '--outDir', join(installed, 'dist')]);
  cpSync(join(ROOT, 'schemas/vectors'), join(installed, 'dist/schemas/vectors'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(installed, 'node_modules'));
}

/** What the compiler says of TypeScript that imports the installed package. Empty: nothing. */
export function compileAgainst(folder: string, source: string): string {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  writeFileSync(join(folder, 'use.ts'), source);
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--lib', 'es2024,dom'];
  try {
    return execFileSync(TSC, [...options, 'use.ts'], { cwd: folder, encoding: 'utf8' });
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : 'no compiler';
  }
}

/** Puts `huren` on a path of its own, as an installed package does. Returns that path. */
export function commandPath(folder: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'huren'), `#!/bin/sh\nexec node '${join(ROOT, 'gateway/cli/huren.ts')}' "$@"\n`);
  chmodSync(join(bin, 'huren'), 0o755);
  return bin;
}

/**
 * Runs a page of deploy/guides from its beginning to its end, in one shell, as somebody does who pastes it block after block.
 * `folder`: where it is pasted; `bin`: searched for commands before the rest of the PATH.
 */
export function runPage(page: string, folder: string, env: Readonly<Record<string, string>>, bin = folder): Step[] {
  const text = readFileSync(join(ROOT, 'deploy/guides', page), 'utf8');
  const blocks = [...text.matchAll(BLOCK)].map(([, kind = '', inside = '']) => ({ kind, text: inside }));
  for (const { kind, text } of blocks) {
    const [, name] = /^\/\/ (\S+\.mjs)\n/.exec(text) ?? [];
    if (kind === 'js' && name !== undefined) writeFileSync(join(folder, name), text);
  }
  const shell = blocks.filter(({ kind }) => kind === 'sh').map(({ text }) => text);
  const script = ['set -euo pipefail', ...shell.map((text) => `${text}echo '${STEP}'`)].join('\n');
  const out = execFileSync('bash', ['-c', script], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ...env, PATH: [bin, join(process.execPath, '..'), process.env['PATH'] ?? ''].join(':') },
  });
  const printed = out.split(`${STEP}\n`);
  const shownAfter = (index: number) => {
    const next = blocks[blocks.findIndex(({ text }) => text === shell[index]) + 1];
    return next?.kind === 'text' ? next.text : null;
  };
  return shell.map((commands, index) => ({ commands, printed: printed[index] ?? '', shown: shownAfter(index) }));
}
