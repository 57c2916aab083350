// Compiles what the package exports, as a step of `npm ci`. Plain JavaScript: it runs under whatever Node a machine has.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const COMPILER = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
const HERE = fileURLToPath(new URL('.', import.meta.url));

if (existsSync(COMPILER)) {
  const { status } = spawnSync(process.execPath, [COMPILER, '-p', HERE], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else {
  // Without the packages for development there is nobody to import it either: a node needs none of it.
  console.error('huren: huren/client and huren/verify are not compiled: run npm ci without --omit=dev');
}
