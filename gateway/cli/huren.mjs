#!/usr/bin/env node
// Runs under whatever Node a machine has, so it is plain JavaScript; the command itself needs the Node below.
import { spawn } from 'node:child_process';
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

// Node strips types from TypeScript everywhere but below node_modules, which is where an installed package lives.
const isInstalled = /[\\/]node_modules[\\/]/.test(here);
const hook = new URL('./strip-types.mjs', import.meta.url).href;
const strip = isInstalled ? ['--disable-warning=ExperimentalWarning', '--import', hook] : [];
const child = spawn(node, [...strip, join(here, 'huren.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });

child.once('error', (error) => fail(`the pinned Node cannot be run (${error.code})`));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.once('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
