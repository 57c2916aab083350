import { globSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { testFiles } from '../end-to-end-files.ts';
import { HELP, readOptions } from './options.ts';
import { isGoodEnough, type Mutant, reportText } from './report.ts';

const NO_SOURCE = /\.(?:test|fixture|contract|writer)\.ts$/;

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const options = readOptions(args);
  if (options === null) return misused(`not understood: ${args.join(' ')}`);
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { patterns, incremental } = options;
  const nothing = patterns.filter((pattern) => sourcesOf(pattern).length === 0);
  if (nothing.length > 0) return misused(`no source file is named by ${nothing.join(' ')}`);
  const folders = Map.groupBy(new Set(patterns.flatMap(sourcesOf)), dirname);
  const mutants: Mutant[] = [];
  for (const [folder, files] of folders) mutants.push(...(await mutate(folder, files, incremental)));
  process.stdout.write(reportText(mutants));
  return isGoodEnough(mutants) ? 0 : 1;
}

function misused(why: string): number {
  console.error(`${why}\n\n${HELP}`);
  return 2;
}

function sourcesOf(pattern: string): string[] {
  const files = globSync(isFolder(pattern) ? `${pattern}/*.ts` : pattern);
  return files.filter((file) => file.endsWith('.ts') && !NO_SOURCE.test(file)).sort();
}

function isFolder(pattern: string): boolean {
  return statSync(pattern, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** A rule has to be held by the tests beside it: those of other rooms are slower, and notice by chance. */
async function mutate(folder: string, files: string[], incremental: boolean): Promise<Mutant[]> {
  const tests = testFiles().unit.filter((test) => dirname(test) === folder);
  if (tests.length === 0) throw new Error(`no test that starts no server stands in ${folder}`);
  // Takes seconds to load: not for a help text.
  const { Stryker } = await import('@stryker-mutator/core');
  return await new Stryker({
    mutate: files,
    testFiles: tests,
    testRunner: 'vitest',
    vitest: { configFile: 'gateway/test/mutation/vitest.config.ts' },
    coverageAnalysis: 'perTest',
    // What runs while a module loads would need a process of its own for every mutant.
    ignoreStatic: true,
    // Stryker would rewrite the file by way of an interface that TypeScript 7 no longer has; nothing here reads it.
    tsconfigFile: 'none',
    ignorePatterns: ['.huren', 'dist'],
    tempDirName: '.stryker/tmp',
    cleanTempDir: 'always',
    incremental,
    incrementalFile: `.stryker/${folder.replaceAll('/', '-')}.json`,
    concurrency: 1,
    // A slow machine is no killed mutant; endless loops are found by counting.
    timeoutMS: 60_000,
    timeoutFactor: 4,
    reporters: ['progress-append-only'],
  }).runMutationTest();
}

process.exitCode = await main();
