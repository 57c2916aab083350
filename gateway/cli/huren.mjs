#!/usr/bin/env node
// Runs under whatever Node a machine has, so it is plain JavaScript; the command itself needs the Node below.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = [24, 12];
const here = dirname(fileURLToPath(import.meta.url));

function isFitting(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

function pinnedNode() {
  const name = `node-${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'bin', 'node');
  } catch {
    return null;
  }
}

function fail(text) {
  console.error(`huren: node_too_old: ${text}`);
  process.exit(1);
}

const node = isFitting(process.versions.node) ? process.execPath : pinnedNode();
if (node === null) {
  fail(
    `Node ${NEEDED.join('.')} or later is needed, this is ${process.versions.node}, and no pinned Node is installed here`,
  );
}

// Node runs TypeScript everywhere but below node_modules, so the package has the compiled form alone.
const source = join(here, 'huren.ts');
const command = existsSync(source) ? source : join(here, '../../dist/gateway/cli/huren.js');
// The channel says nothing: its end tells the command that this process was killed, and then nobody is left to stop it.
const child = spawn(node, [command, ...process.argv.slice(2)], {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
});

child.once('error', (error) => fail(`the pinned Node cannot be run (${error.code})`));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.once('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
if (process.env.npm_lifecycle_event !== undefined) endWithNpm();

/**
 * npm runs a script through a shell, and hands a signal to that shell alone, which ends without passing it on. So the
 * loss of either of them is taken for the signal. Only below npm: elsewhere a parent may end and leave a service behind.
 */
function endWithNpm() {
  const before = ancestors();
  setInterval(() => {
    if (ancestors() !== before) child.kill('SIGTERM');
  }, 250).unref();
}

/** Who our parent is and, where that is npm's shell, who its parent is. Only Linux tells the latter. */
function ancestors() {
  const { ppid } = process;
  try {
    const [, name, above] = /^\d+ \((.*)\) \S (\d+) /s.exec(readFileSync(`/proc/${ppid}/stat`, 'utf8')) ?? [];
    return /^(sh|dash|bash|ash|zsh|busybox)$/.test(name) ? `${ppid} ${above}` : `${ppid}`;
  } catch {
    return `${ppid}`;
  }
}
