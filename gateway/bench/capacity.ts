import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BenchError } from './bench-error.ts';
import { type CapacityFigures, capacityFiguresSchema } from './capacity-figures.ts';
import { capacityPage } from './capacity-page.ts';
import { capacityPlots } from './capacity-plots.ts';
import { growthResultSchema } from './growth-result.ts';
import { readOptions } from './options.ts';
import { clearProgress, showProgress } from './progress.ts';
import { runApart } from './run-apart.ts';
import { runBench } from './run-bench.ts';
import { runOpenLoop } from './run-open-loop.ts';
import { runSweep } from './run-sweep.ts';
import { surgeResultSchema } from './surge-result.ts';

/*
 * Measures, and writes deploy/capacity.json, the page and its plots from that. With --text it only writes page and plots
 * anew from the figures that are there, and with --growth it measures growth and surge anew, and nothing else. Other options
 * are the benchmark's.
 */

const DEPLOY = join(import.meta.dirname, '../../deploy');
const FIGURES = join(DEPLOY, 'capacity.json');

const args = process.argv.slice(2);

try {
  const figures = await figuresFor(args);
  writeFileSync(FIGURES, `${JSON.stringify(figures, null, 2)}\n`);
  writeFileSync(join(DEPLOY, 'capacity.md'), capacityPage(figures));
  for (const [file, svg] of capacityPlots(figures)) writeFileSync(join(DEPLOY, file), svg);
} catch (error) {
  clearProgress();
  if (!(error instanceof BenchError)) throw error;
  process.stderr.write(`capacity: ${error.message} [${error.code}]\n`);
  process.exitCode = 1;
}

async function figuresFor(options: readonly string[]): Promise<CapacityFigures> {
  if (options.includes('--text')) return readFigures();
  if (!options.includes('--growth')) return await measuredFigures();
  return capacityFiguresSchema.parse({
    ...capacityFiguresSchema.partial().parse(readFigures()),
    ...(await measureGrowth()),
  });
}

/** What is measured in processes of their own. */
async function measureGrowth() {
  showProgress('growth');
  const growth = await runApart('growth.ts', growthResultSchema);
  showProgress('surge');
  const surge = await runApart('surge.ts', surgeResultSchema);
  clearProgress();
  return { growth, surge };
}

async function measuredFigures(): Promise<CapacityFigures> {
  const options = readOptions([...args, '--log']);
  const sweep = await runSweep(options, showProgress);
  const open_loop = await runOpenLoop(options, showProgress);
  const bench = await runBench(options, showProgress);
  clearProgress();
  const measured_on = new Date().toISOString().slice(0, 10);
  return { measured_on, bench, sweep, open_loop, ...(await measureGrowth()) };
}

function readFigures(): CapacityFigures {
  return capacityFiguresSchema.parse(JSON.parse(readFileSync(FIGURES, 'utf8')));
}
