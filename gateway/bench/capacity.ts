import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { BenchError } from './bench-error.ts';
import { type CapacityFigures, capacityFiguresSchema } from './capacity-figures.ts';
import { capacityPage } from './capacity-page.ts';
import { capacityPlots } from './capacity-plots.ts';
import { growthResultSchema } from './growth-result.ts';
import { type BenchOptions, readOptions } from './options.ts';
import { clearProgress, showProgress } from './progress.ts';
import { runApart } from './run-apart.ts';
import { runBench } from './run-bench.ts';
import { runOpenLoop } from './run-open-loop.ts';
import { runSweep } from './run-sweep.ts';
import { surgeResultSchema } from './surge-result.ts';

/*
 * Measures, and writes deploy/capacity.json, the page and its plots from that. With --text it only writes page and plots
 * anew from the figures that are there, and with --only PART it measures one part anew, and keeps the others as they are.
 * Other options are the benchmark's.
 */

const DEPLOY = join(import.meta.dirname, '../../deploy');
const FIGURES = join(DEPLOY, 'capacity.json');
const PARTS = ['sweep', 'open_loop', 'bench', 'growth', 'surge'] as const;
type Part = (typeof PARTS)[number];

const args = process.argv.slice(2);

try {
  writeWhole(await figuresFor(args));
} catch (error) {
  clearProgress();
  if (!(error instanceof BenchError)) throw error;
  process.stderr.write(`capacity: ${error.message} [${error.code}]\n`);
  process.exitCode = 1;
}

/** All of it, or nothing: a page beside figures or plots of another run would be believed. */
function writeWhole(figures: CapacityFigures): void {
  const texts = new Map([
    ['capacity.json', `${JSON.stringify(figures, null, 2)}\n`],
    ['capacity.md', capacityPage(figures)],
    ...capacityPlots(figures),
  ]);
  for (const [file, text] of texts) writeFileSync(join(DEPLOY, `${file}.part`), text);
  for (const file of texts.keys()) renameSync(join(DEPLOY, `${file}.part`), join(DEPLOY, file));
}

async function figuresFor([first, part, ...others]: readonly string[]): Promise<CapacityFigures> {
  if (first === '--text') return capacityFiguresSchema.parse(readFigures());
  if (first !== '--only') return await measured(PARTS, args);
  const wanted = PARTS.filter((name) => name === part);
  if (wanted.length === 0) throw new BenchError('usage', `--only: one of ${PARTS.join(', ')}`);
  return await measured(wanted, others);
}

/** The wanted parts anew, beside what is there of the others. */
async function measured(wanted: readonly Part[], argv: readonly string[]): Promise<CapacityFigures> {
  const options = readOptions([...argv, '--log']);
  const figures = new Map<string, unknown>(wanted.length < PARTS.length ? Object.entries(readFigures()) : []);
  for (const name of wanted) figures.set(name, await measurePart(name, options));
  clearProgress();
  figures.set('measured_on', new Date().toISOString().slice(0, 10));
  return capacityFiguresSchema.parse(Object.fromEntries(figures));
}

async function measurePart(name: Part, options: BenchOptions): Promise<unknown> {
  switch (name) {
    case 'sweep':
      return await runSweep(options, showProgress);
    case 'open_loop':
      return await runOpenLoop(options, showProgress);
    case 'bench':
      return await runBench(options, showProgress);
    case 'growth':
      showProgress('growth');
      return await runApart('growth.ts', growthResultSchema);
    case 'surge':
      showProgress('surge');
      return await runApart('surge.ts', surgeResultSchema);
  }
}

function readFigures() {
  return z.looseObject({}).parse(JSON.parse(readFileSync(FIGURES, 'utf8')));
}
