import { dirname } from 'node:path';
import { startedWith } from '../../program-options.ts';
import { testFiles } from '../end-to-end-files.ts';
import { HELP, readOptions } from './options.ts';
import { isGoodEnough, type Mutant, reportText } from './report.ts';

async function main(): Promise<number> {
  const { files: named, incremental } = startedWith(HELP, readOptions);
  const folders = Map.groupBy(named, dirname);
  const mutants: Mutant[] = [];
  for (const [folder, files] of folders) mutants.push(...(await mutate(folder, files, incremental)));
  process.stdout.write(reportText(mutants));
  return isGoodEnough(mutants) ? 0 : 1;
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
