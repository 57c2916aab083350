import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { chosenOf, optionsOf, startedWith, WrongUsage } from '../program-options.ts';
import { BenchError } from './bench-error.ts';
import { type CapacityFigures, capacityFiguresSchema } from './capacity-figures.ts';
import { capacityPage } from './capacity-page.ts';
import { capacityPlots } from './capacity-plots.ts';
import { growthResultSchema } from './growth-result.ts';
import { MEASURING, type Measuring, measuringOf } from './options.ts';
import { clearProgress, showProgress } from './progress.ts';
import { runApart } from './run-apart.ts';
import { runBench } from './run-bench.ts';
import { runOpenLoop } from './run-open-loop.ts';
import { runSweep } from './run-sweep.ts';
import { surgeResultSchema } from './surge-result.ts';

const DEPLOY = join(import.meta.dirname, '../../deploy');
const FIGURES = join(DEPLOY, 'capacity.json');
const PARTS = ['sweep', 'open_loop', 'bench', 'growth', 'surge'] as const;
type Part = (typeof PARTS)[number];

const HELP = `Usage: npm run capacity -- [options]

Measures what a gateway costs, and writes deploy/capacity.json, and from that deploy/capacity.md and its plots: all of them or
none. On a quiet machine; about seven minutes. Parts, each of them a program of its own otherwise:
  sweep      npm run bench -- --sweep
  open_loop  npm run bench -- --open-loop
  bench      npm run bench -- --log
  growth     npm run growth
  surge      npm run surge

Options:
  --only PART      measure this part anew, and keep the others as they are; may be told more than once (default: all)
  --text           measure nothing: write page and plots anew from the figures that are there
  --seconds N, --rounds N, --connections N, --warm-up N
                   as those of npm run bench, for the parts that it measures (defaults ${MEASURING.seconds.default}, ${MEASURING.rounds.default}, ${MEASURING.connections.default}, ${MEASURING['warm-up'].default})
  --help           print this

Exit code: 0 written, 1 no figures to be had and nothing written, 2 wrong usage.
`;

interface CapacityOptions {
  readonly text: boolean;
  readonly only: readonly Part[];
  readonly measuring: Measuring;
}

const options = startedWith(HELP, (args): CapacityOptions => {
  const { text, only, ...measuring } = optionsOf(args, {
    text: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    ...MEASURING,
  });
  if (text && args.length > 1) throw new WrongUsage('--text: measures nothing, and goes with no other option');
  return { text, only: chosenOf('--only', only, PARTS), measuring: measuringOf(measuring, true) };
});

try {
  writeWhole(await figuresNow());
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

/** The wanted parts anew, beside what is there of the others. */
async function figuresNow(): Promise<CapacityFigures> {
  const { text, only, measuring } = options;
  if (text) return capacityFiguresSchema.parse(readFigures());
  const figures = new Map<string, unknown>(only.length < PARTS.length ? Object.entries(readFigures()) : []);
  for (const name of only) figures.set(name, await measurePart(name, measuring));
  clearProgress();
  figures.set('measured_on', new Date().toISOString().slice(0, 10));
  return capacityFiguresSchema.parse(Object.fromEntries(figures));
}

async function measurePart(name: Part, measuring: Measuring): Promise<unknown> {
  switch (name) {
    case 'sweep':
      return await runSweep(measuring, showProgress);
    case 'open_loop':
      return await runOpenLoop(measuring, showProgress);
    case 'bench':
      return await runBench(measuring, showProgress);
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
