import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { ROOT } from './import-graph.ts';
import { inParallel } from './in-parallel.ts';

const manifestSchema = z.object({ scripts: z.record(z.string(), z.string()) });
/** What npm itself runs before the tests, and what every contributor runs without options. */
const NO_PROGRAMS: ReadonlySet<string> = new Set(['pretest', 'generate', 'check']);
/** Whatever runs for longer than a help takes to print was started. */
const WITHIN_MS = 60_000;
const AT_ONCE = 4;

const { scripts } = manifestSchema.parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
const programs = Object.entries(scripts).filter(
  ([name, command]) => /gateway\/(?:bench|test)\//.test(command) && !NO_PROGRAMS.has(name),
);

interface Ran {
  readonly code: unknown;
  readonly out: string;
  readonly err: string;
}

/** A script as npm starts it, with one argument more. */
function ran(command: string, arg: string): Promise<Ran> {
  const [program = '', ...argv] = command.split(' ');
  const file = program === 'node' ? process.execPath : program;
  return new Promise((resolve) => {
    execFile(file, [...argv, arg], { cwd: ROOT, timeout: WITHIN_MS }, (error, out, err) =>
      resolve({ code: error === null ? 0 : (error.code ?? error.signal), out, err }),
    );
  });
}

test('a program runs when it is asked what it does, or does not say by what name it is run', async () => {
  expect(programs.length).toBeGreaterThan(10);
  const helps = await inParallel(programs, AT_ONCE, ([, command]) => ran(command, '--help'));
  const told = helps.map(({ code, out }, at) => [
    programs[at]?.[0],
    code,
    /^Usage: npm run (?:-s )?(\S+)/.exec(out)?.[1],
  ]);
  expect(told).toEqual(programs.map(([name]) => [name, 0, name]));
  for (const { out } of helps) expect(out).toMatch(/^Exit code: 0 .*2 wrong usage\.$/ms);
});

test('a program runs with an option that it does not know, or ends with a stack trace', async () => {
  const refusals = await inParallel(programs, AT_ONCE, ([, command]) => ran(command, '--no-such-option'));
  const told = refusals.map(({ code, out }, at) => [programs[at]?.[0], code, out.split('\n')[0]]);
  expect(told).toEqual(programs.map(([name]) => [name, 2, '']));
  for (const { err } of refusals) {
    expect(err).toMatch(/^Unknown option '--no-such-option'\nUsage: npm run .+\n/);
    expect(err).not.toMatch(/^\s+at /m);
  }
});
