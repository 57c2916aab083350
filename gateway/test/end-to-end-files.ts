import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
/** How a test, or what it shares with others, starts a process or a server. */
const STARTS = /node:child_process|createServer\(|\.listen\(|\bstart[A-Z]\w*\(|\bfork[A-Z]\w*\(/;
/** Whose code counts as the test's own. */
const SHARED_BY_TESTS = /\.(?:contract|fixture|writer)\.ts$|^gateway\/test\//;
const IMPORT = /\sfrom\s+'(\.[^']+)'/g;

/**
 * What changes for the whole process: whom it trusts and the token that a library was loaded for, both for good; and the
 * clock, on which whatever another file left running would go on, without end, as fast as it can.
 */
const CHANGES_THE_PROCESS = /\b(?:trustCaFile|makeTestToken|useFakeTimers)\(/;

/**
 * Every test file below the root: those that (or what they share with other tests) start a process or a server, those of
 * them that need a process `alone`, and the rest.
 */
export function testFiles(): { readonly unit: string[]; readonly endToEnd: string[]; readonly alone: string[] } {
  const all = globSync('{schemas,adapters,gateway}/**/*.test.ts', { cwd: ROOT }).sort();
  const alone = new Set(all.filter((file) => CHANGES_THE_PROCESS.test(readFileSync(join(ROOT, file), 'utf8'))));
  const rest = all.filter((file) => !alone.has(file));
  const endToEnd = new Set(rest.filter((file) => file.startsWith('gateway/test/') || startsSomething(file)));
  return { unit: rest.filter((file) => !endToEnd.has(file)), endToEnd: [...endToEnd], alone: [...alone] };
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
