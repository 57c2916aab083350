import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXCEPTIONS } from './import-exceptions.ts';
import { closureOf, type Import, importsIn, ROOT, sourceFiles } from './import-graph.ts';
import { OUTERMOST, ROOMS, type Room } from './import-rules.ts';

const TOP_LEVEL_FOLDERS = ['adapters', 'deploy', 'gateway', 'schemas'];
const IO_MODULES = /^(node:(?!crypto$)|undici$|ioredis$|pg$|pino$|express$|openid-client$)/;

const files = sourceFiles();
const imports = importsIn(files);

/** The room with the longest name that fits: a part of a room may be a room of its own. */
function roomOf(file: string): Room | undefined {
  return ROOMS.filter(({ path }) => isBelow(file, path)).sort((a, b) => b.path.length - a.path.length)[0];
}

function isBelow(file: string, room: string): boolean {
  const [start = '', ...rest] = room.split('*');
  if (!file.startsWith(start)) return false;
  return rest.every((end) =>
    file
      .slice(start.length)
      .replace(/^[^/]+/, '')
      .startsWith(end),
  );
}

function isOurs(path: string): boolean {
  return TOP_LEVEL_FOLDERS.some((folder) => path.startsWith(`${folder}/`)) && /\.tsx?$/.test(path);
}

function isException({ from, to }: Import): boolean {
  return EXCEPTIONS.some((exception) => exception.from === from && to.startsWith(exception.to));
}

function isAllowed(one: Import): boolean {
  const [from, to] = [roomOf(one.from), roomOf(one.to)];
  if (from === undefined || to === undefined) return false;
  if (from === to || isException(one)) return true;
  const outermost = OUTERMOST.find((room) => to.path.startsWith(room) && !from.path.startsWith(room));
  // A whole folder among what a room may import does not open who stands outermost in it.
  return from.mayImport.some((path) => to.path === path || (outermost === undefined && to.path.startsWith(path)));
}

/** What `npm ci` brings and builds. */
const MADE = ['node_modules', 'dist'];

describe('import rules', () => {
  test('a folder outside the four rooms appeared at the top level', () => {
    const folders = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const ours = folders.map(({ name }) => name).filter((name) => !name.startsWith('.') && !MADE.includes(name));
    expect(ours.sort()).toEqual(TOP_LEVEL_FOLDERS);
  });

  test('a file stands in no room', () => {
    expect(files.filter((file) => roomOf(file) === undefined)).toEqual([]);
  });

  test('a room imports a room that it may not', () => {
    const refused = imports.filter((one) => isOurs(one.to) && !isAllowed(one));
    expect(refused.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  test('an exception stands in the table that nobody uses', () => {
    const used = EXCEPTIONS.filter(({ from, to }) => imports.some((one) => one.from === from && one.to.startsWith(to)));
    expect(EXCEPTIONS.filter((exception) => !used.includes(exception))).toEqual([]);
  });

  test('a pure room does I/O, itself or through whatever it reaches', () => {
    const impure = files
      .filter((file) => roomOf(file)?.pure === true)
      .flatMap((file) =>
        [...closureOf(file, imports)].filter((to) => IO_MODULES.test(to)).map((to) => `${file} => ${to}`),
      );
    expect(impure).toEqual([]);
  });

  test('a node in production loads a file of the sandbox', () => {
    const entries = ['gateway/compose/node.ts', 'gateway/compose/workers.ts', 'gateway/compose/worker.ts'];
    const loaded = entries.flatMap((entry) => [entry, ...closureOf(entry, imports)]);
    const lazily = imports.filter(({ from, kind }) => kind === 'dynamic' && loaded.includes(from)).map(({ to }) => to);
    const reached = [...loaded, ...lazily, ...lazily.flatMap((file) => [...closureOf(file, imports)])];
    const simulated = /^(gateway|adapters)\/sandbox\/|^adapters\/drivers\/[^/]+\/wire\.ts$/;
    expect(reached.filter((file) => simulated.test(file))).toEqual([]);
  });

  test('the verifier or a page needs node, which no browser has', () => {
    const pages = files.filter((file) => /^gateway\/web\/[^/]+\/(?!.*\.test)/.test(file));
    expect(pages.length).toBeGreaterThan(3);
    const reached = ['gateway/trust/verify-attestation.ts', ...pages].flatMap((file) => [...closureOf(file, imports)]);
    expect(reached.filter((to) => to.startsWith('node:'))).toEqual([]);
  });

  test('something connects to the database past the one pool', () => {
    const connecting = files.filter((file) => /^import pg from 'pg'/m.test(readFileSync(join(ROOT, file), 'utf8')));
    expect(connecting).toEqual(['gateway/stores/postgres-pool.ts']);
  });

  test('a file has a name that says nothing', () => {
    expect(files.filter((file) => /util|helper|manager|misc|common/.test(file))).toEqual([]);
  });
});

test('something is called open… that leaves nothing to hold', () => {
  const opening = /export (?:async )?function (open[A-Z]\w*)[\s\S]*?\): ([^\n]+) \{\n/g;
  const nothingToHold = /^(?:Promise<)?(?:void|string|number|boolean)\b/;
  const named = files.flatMap((file) => [...readFileSync(join(ROOT, file), 'utf8').matchAll(opening)]);
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter(([, , given = '']) => nothingToHold.test(given)).map(([, name]) => name)).toEqual([]);
});
