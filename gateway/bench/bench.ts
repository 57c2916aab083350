import { startedWith } from '../program-options.ts';
import { BenchError } from './bench-error.ts';
import { tableOfOpenLoop } from './open-loop-table.ts';
import { type BenchOptions, HELP, readOptions } from './options.ts';
import { profileTable } from './profile-table.ts';
import { clearProgress, showProgress } from './progress.ts';
import { runBench } from './run-bench.ts';
import { runOpenLoop } from './run-open-loop.ts';
import { runProfile } from './run-profile.ts';
import { runSweep } from './run-sweep.ts';
import { sweepTable } from './sweep-table.ts';
import { table } from './table.ts';

process.exitCode = await main(startedWith(HELP, readOptions));

async function main(options: BenchOptions): Promise<number> {
  try {
    const printed = await measured(options);
    clearProgress();
    process.stdout.write(printed);
    return 0;
  } catch (error) {
    clearProgress();
    if (!(error instanceof BenchError)) throw error;
    process.stderr.write(`bench: ${error.message} [${error.code}]\n`);
    return 1;
  }
}

async function measured(options: BenchOptions): Promise<string> {
  if (options.profile !== null) {
    const profile = await runProfile(options.profile, options, showProgress);
    return options.json ? asJson(profile) : profileTable(profile);
  }
  if (options.openLoop) {
    const waits = await runOpenLoop(options, showProgress);
    return options.json ? asJson(waits) : tableOfOpenLoop(waits);
  }
  if (options.sweep) {
    const swept = await runSweep(options, showProgress);
    return options.json ? asJson(swept) : sweepTable(swept);
  }
  const result = await runBench(options, showProgress);
  return options.json ? asJson(result) : table(result);
}

function asJson(result: unknown): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}
