import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
/** How a test, or what it shares with others, starts a process or a server. */
const STARTS = /node:child_process|createServer\(|\.listen\(|\bstart[A-Z]\w*\(|\bfork[A-Z]\w*\(/;
/** Whose code counts as the test's own. */
const SHARED_BY_TESTS = /\.(?:contract|fixture|writer)\.ts$|^gateway\/test\//;
const IMPORT = /\sfrom\s+'(\.[^']+)'/g;

/** Every test file below the root, by whether it (or what it shares with other tests) starts a process or a server. */
export function testFiles(): { readonly unit: string[]; readonly endToEnd: string[] } {
  const all = globSync('{schemas,adapters,gateway}/**/*.test.ts', { cwd: ROOT }).sort();
  const endToEnd = new Set(all.filter((file) => file.startsWith('gateway/test/') || startsSomething(file)));
  return { unit: all.filter((file) => !endToEnd.has(file)), endToEnd: [...endToEnd] };
}

function startsSomething(file: string, seen = new Set<string>()): boolean {
  if (seen.has(file)) return false;
  seen.add(file);
  const text = readFileSync(join(ROOT, file), 'utf8');
  if (STARTS.test(text)) return true;
  return [...text.matchAll(IMPORT)]
    .map(([, specifier = '']) => relative(ROOT, join(ROOT, dirname(file), specifier)))
    .some((imported) => SHARED_BY_TESTS.test(imported) && startsSomething(imported, seen));
}
