import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const TOP_LEVEL_FOLDERS = ['adapters', 'deploy', 'gateway', 'schemas'];
const IMPORT = /(?:^|\n)\s*(?:import|export)\s[^;]*?from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)/g;

interface Import {
  readonly from: string;
  readonly to: string;
}

/** Rooms whose files do no I/O: nothing of node beyond hashing, no network, no clock of their own. */
const PURE = [
  'gateway/policy/',
  'gateway/provenance/',
  'gateway/registry/fold',
  'gateway/log/merkle',
  'adapters/translate.ts',
];
const IO_MODULES = /^(node:(?!crypto$)|undici$|ioredis$|pg$|pino$|express$)/;

/** Inside gateway: each room and the rooms that it may lean on. Composition may use every room. */
const ROOMS: Record<string, readonly string[]> = {
  policy: [],
  provenance: [],
  stores: [],
  log: ['stores'],
  upstream: ['registry', 'keys'],
  access: [],
  trust: [],
  keys: ['trust', 'log'],
  authority: ['trust', 'keys', 'registry'],
  cache: [],
  registry: ['policy', 'trust', 'log', 'keys'],
  coverage: ['registry', 'stores'],
  passes: ['trust', 'stores'],
  verification: [
    'policy',
    'provenance',
    'trust',
    'log',
    'cache',
    'upstream',
    'registry',
    'coverage',
    'access',
    'passes',
  ],
  http: [
    'verification',
    'registry',
    'coverage',
    'policy',
    'trust',
    'log',
    'cache',
    'upstream',
    'access',
    'web',
    'authority',
    'passes',
    'stores',
  ],
  web: ['trust'],
  cli: ['authority', 'policy', 'trust', 'registry', 'log', 'keys', 'upstream'],
};
/** Files at the top of gateway/ that any room may use. */
const SHARED = ['gateway/problem-error.ts', 'gateway/compose/config.ts'];

const sources = [...filesBelow('schemas'), ...filesBelow('adapters'), ...filesBelow('gateway')];
/** Tests, what they share, and the processes that they start. */
const FOR_TESTS = /\.(test|contract|fixture|writer)\.ts$|^gateway\/test\//;
const imports = sources.filter((file) => !FOR_TESTS.test(file)).flatMap(importsOf);

describe('import rules', () => {
  test('a folder outside the four rooms appeared at the top level', () => {
    const folders = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const ours = folders.map(({ name }) => name).filter((name) => !name.startsWith('.') && name !== 'node_modules');
    expect(ours.sort()).toEqual(TOP_LEVEL_FOLDERS);
  });

  test('schemas imports something inside the project', () => {
    expect(imports.filter(({ from, to }) => inside(from, 'schemas') && isOurs(to) && !inside(to, 'schemas'))).toEqual(
      [],
    );
  });

  test('adapters imports the gateway', () => {
    expect(imports.filter(({ from, to }) => inside(from, 'adapters') && inside(to, 'gateway'))).toEqual([]);
  });

  test('something leans on test, bench or cli', () => {
    const outer = ['gateway/test/', 'gateway/bench/', 'gateway/cli/'];
    const leaning = imports.filter(
      ({ from, to }) => outer.some((room) => to.startsWith(room)) && !outer.some((room) => from.startsWith(room)),
    );
    expect(leaning).toEqual([]);
  });

  test('a room of the gateway imports a room that it may not', () => {
    expect(imports.filter(breaksRoomRule)).toEqual([]);
  });

  test('a pure room does I/O', () => {
    const pure = imports.filter(({ from }) => PURE.some((room) => from.startsWith(room)));
    expect(pure.filter(({ to }) => IO_MODULES.test(to))).toEqual([]);
  });

  test('the browser verifier needs node', () => {
    expect(reachable('gateway/trust/verify-attestation.ts').filter((to) => to.startsWith('node:'))).toEqual([]);
  });

  test('something connects to the database past the one pool', () => {
    const connecting = sources.filter(
      (file) => !FOR_TESTS.test(file) && /^import pg from 'pg'/m.test(readFileSync(join(ROOT, file), 'utf8')),
    );
    expect(connecting).toEqual(['gateway/stores/postgres-pool.ts']);
  });

  test('a file has a name that says nothing', () => {
    expect(sources.filter((file) => /util|helper|manager|misc|common/.test(file))).toEqual([]);
  });
});

function breaksRoomRule({ from, to }: Import): boolean {
  const [, room] = from.split('/');
  const [top, target] = to.split('/');
  if (!inside(from, 'gateway') || top !== 'gateway' || room === undefined || target === undefined) return false;
  const allowed = ROOMS[room];
  if (allowed === undefined || target === room || SHARED.includes(to)) return false;
  // The command line starts a node, or a sandbox, from outside.
  if (
    room === 'cli' &&
    [
      'gateway/compose/node.ts',
      'gateway/compose/workers.ts',
      'gateway/sandbox/nation/index.ts',
      'gateway/sandbox/start.ts',
      'gateway/sandbox/workers.ts',
    ].includes(to)
  )
    return false;
  return !allowed.includes(target);
}

function reachable(file: string, seen = new Set<string>()): string[] {
  for (const { to } of imports.filter(({ from }) => from === file)) {
    if (seen.has(to)) continue;
    seen.add(to);
    reachable(to, seen);
  }
  return [...seen];
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(IMPORT)].map(([, from, dynamic]) => ({
    from: file,
    to: target(file, from ?? dynamic ?? ''),
  }));
}

function target(file: string, specifier: string): string {
  return specifier.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(file), specifier)) : specifier;
}

function isOurs(path: string): boolean {
  return TOP_LEVEL_FOLDERS.some((folder) => inside(path, folder));
}

function inside(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}
