import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
/** Static imports and re-exports; types vanish when a file runs, so `import type` is told apart. */
const STATIC = /(?:^|\n)\s*(import|export)(\s+type)?\s[^;]*?from\s+'([^']+)'/g;
const BARE = /(?:^|\n)\s*import\s+'([^']+)'/g;
const DYNAMIC = /import\(\s*'([^']+)'\s*\)/g;

/** One import. `to` is a path below the root, or the name of a package. */
export interface Import {
  readonly from: string;
  readonly to: string;
  readonly kind: 'static' | 'type' | 'dynamic';
}

/** Tests, what they share, and the processes that they start. */
const FOR_TESTS = /\.(test|contract|fixture|writer)\.ts$|^gateway\/test\//;

/** Every source file that ships or starts what ships. */
export function sourceFiles(): string[] {
  return ['schemas', 'adapters', 'gateway'].flatMap(filesBelow).filter((file) => !FOR_TESTS.test(file));
}

export function importsIn(files: readonly string[]): Import[] {
  return files.flatMap((from) => {
    const text = readFileSync(join(ROOT, from), 'utf8');
    const to = (specifier = '') => target(from, specifier);
    return [
      ...[...text.matchAll(STATIC)].map(
        ([, , type, specifier]): Import => ({ from, to: to(specifier), kind: type === undefined ? 'static' : 'type' }),
      ),
      ...[...text.matchAll(BARE)].map(([, specifier]): Import => ({ from, to: to(specifier), kind: 'static' })),
      ...[...text.matchAll(DYNAMIC)].map(([, specifier]): Import => ({ from, to: to(specifier), kind: 'dynamic' })),
    ];
  });
}

/** Everything that runs when a file is loaded: its own imports, and theirs, and so on. */
export function closureOf(file: string, imports: readonly Import[], seen = new Set<string>()): Set<string> {
  for (const { to } of imports.filter(({ from, kind }) => from === file && kind === 'static')) {
    if (seen.has(to)) continue;
    seen.add(to);
    closureOf(to, imports, seen);
  }
  return seen;
}

function target(file: string, specifier: string): string {
  return specifier.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(file), specifier)) : specifier;
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.startsWith('web/dist/'))
    .map((name) => join(folder, name));
}
