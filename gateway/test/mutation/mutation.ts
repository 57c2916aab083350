import { globSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { testFiles } from '../end-to-end-files.ts';
import { isGoodEnough, type Mutant, reportText } from './report.ts';

/** The rules that decide about people and provinces: what is mutated where nobody says what. */
const RULES = [
  'gateway/provenance',
  'gateway/policy',
  'adapters/translate.ts',
  'gateway/trust/attestation-rules.ts',
  'gateway/trust/verify-attestation.ts',
  'gateway/trust/status-statement.ts',
  'gateway/access/venue-tokens.ts',
  'gateway/registry/fold*.ts',
];
const NO_SOURCE = /\.(?:test|fixture|contract|writer)\.ts$/;
const USAGE = `usage: npm run mutation -- [--incremental] [FILE|FOLDER|PATTERN]...   (nothing: ${RULES.join(' ')})`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { incremental: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const patterns = positionals.length === 0 ? RULES : positionals;
  const nothing = patterns.filter((pattern) => sourcesOf(pattern).length === 0);
  if (nothing.length > 0) {
    console.error(`no source file is named by ${nothing.join(' ')}\n${USAGE}`);
    return 2;
  }
  const folders = Map.groupBy(new Set(patterns.flatMap(sourcesOf)), dirname);
  const mutants: Mutant[] = [];
  for (const [folder, files] of folders) mutants.push(...(await mutate(folder, files, values.incremental)));
  process.stdout.write(reportText(mutants));
  return isGoodEnough(mutants) ? 0 : 1;
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
