import { relative } from 'node:path';
import type { Stryker } from '@stryker-mutator/core';

/** One change to the code, and what became of it. */
export type Mutant = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

/** Of the mutants of every file, so many per cent have to be noticed. */
const LEAST_SCORE = 93;
const NOTICED: readonly Mutant['status'][] = ['Killed', 'Timeout'];
const UNNOTICED: readonly Mutant['status'][] = ['Survived', 'NoCoverage'];

interface FileScore {
  readonly file: string;
  readonly noticed: number;
  readonly unnoticed: readonly Mutant[];
  /** In per cent; 100 where there is nothing to mutate. */
  readonly score: number;
}

export function isGoodEnough(mutants: readonly Mutant[]): boolean {
  return scores(mutants).every(({ score }) => score >= LEAST_SCORE);
}

/** Every mutant that no test noticed, where it stands and what it would have been; then every file's score. */
export function reportText(mutants: readonly Mutant[]): string {
  const files = scores(mutants);
  const survivors = files.flatMap(({ unnoticed }) => unnoticed.map(survivorText));
  const rows = files.map(({ file, noticed, unnoticed, score }) => {
    const counts = `${noticed} noticed, ${unnoticed.length} not`;
    return `${score < LEAST_SCORE ? '✗' : '✓'} ${score.toFixed(1).padStart(5)} %  ${file}  (${counts})`;
  });
  return `\n${[...survivors, ...rows].join('\n')}\n`;
}

function scores(mutants: readonly Mutant[]): FileScore[] {
  return [...Map.groupBy(mutants, ({ fileName }) => fileName)].map(([fileName, all]) => {
    const noticed = all.filter(({ status }) => NOTICED.includes(status)).length;
    const unnoticed = all.filter(({ status }) => UNNOTICED.includes(status));
    const counted = noticed + unnoticed.length;
    const score = counted === 0 ? 100 : (noticed / counted) * 100;
    return { file: relative(process.cwd(), fileName), noticed, unnoticed, score };
  });
}

function survivorText({ fileName, location, status, mutatorName, replacement }: Mutant): string {
  const { start } = location;
  const place = `${relative(process.cwd(), fileName)}:${start.line}:${start.column}`;
  const what = status === 'NoCoverage' ? 'reached by no test' : 'survived';
  return `${place}  ${what}  ${mutatorName}: ${(replacement ?? '').replaceAll(/\s+/g, ' ').slice(0, 100)}`;
}
