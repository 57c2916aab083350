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

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const printed = await measured(options);
    clearProgress();
    process.stdout.write(printed);
    return 0;
  } catch (error) {
    clearProgress();
    if (!(error instanceof BenchError)) throw error;
    process.stderr.write(`bench: ${error.message} [${error.code}]\n`);
    if (error.code === 'usage') process.stderr.write('Try: npm run -s bench -- --help\n');
    return error.code === 'usage' ? 2 : 1;
  }
}

async function measured(options: BenchOptions): Promise<string> {
  if (options.profile !== null) {
    const profile = await runProfile(options.profile, options, showProgress);
    return options.json ? asJson(profile) : profileTable(profile);
  }
  if (options['open-loop']) {
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
