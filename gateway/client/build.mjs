// Compiles what the package exports, as a step of `npm ci`; with `--package` also what it runs, as a step of `npm pack`.
// Plain JavaScript: it runs under whatever Node a machine has.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DIST = join(ROOT, 'dist');
const COMPILER = join(ROOT, 'node_modules/typescript/bin/tsc');
/** What programs do not read: their own source, and what only tests, the benchmark and the builders of pages need. */
const LEFT_OUT = /\.(?:tsx?|mjs)$|\.test\.yaml$|^tsconfig.*\.json$/;
const FOLDERS_LEFT_OUT = ['gateway/test', 'gateway/bench'];
/** Of the pages what was built of them, and what is served as it is. */
const WEB = join('gateway', 'web');

if (!existsSync(COMPILER)) {
  // Without the packages for development there is nobody to import it either: a node needs none of it.
  console.error('huren: what the package exports is not compiled: run npm ci without --omit=dev');
} else if (process.argv.includes('--package')) {
  rmSync(DIST, { recursive: true, force: true });
  compile('tsconfig.json');
  compile('tsconfig.package.json');
  for (const folder of ['adapters', 'gateway', 'schemas']) copyData(folder);
  const { name, version, type } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  writeFileSync(join(DIST, 'package.json'), `${JSON.stringify({ name, version, type }, null, 2)}\n`);
} else {
  compile('tsconfig.json');
}

function compile(project) {
  const { status } = spawnSync(process.execPath, [COMPILER, '-p', join(ROOT, 'gateway/client', project)], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** What programs read at run time lies beside them, compiled or not: manifests, texts, schemas, vectors, pages. */
function copyData(folder) {
  cpSync(join(ROOT, folder), join(DIST, folder), {
    recursive: true,
    filter: (path) => {
      const below = relative(ROOT, path);
      if (FOLDERS_LEFT_OUT.includes(below.split(sep).join('/'))) return false;
      const depth = below.split(sep).length;
      const isSourceOfPages = below.startsWith(WEB + sep) && depth === 3 && !/\.svg$|^dist$/.test(basename(path));
      return !isSourceOfPages && !LEFT_OUT.test(basename(path));
    },
  });
}
