import { BenchError } from './bench-error.ts';
import { HELP, readOptions } from './options.ts';
import { runBench } from './run-bench.ts';
import { table } from './table.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const result = await runBench(options, showProgress);
    clearProgress();
    process.stdout.write(options.json ? `${JSON.stringify(result, null, 2)}\n` : table(result));
    return 0;
  } catch (error) {
    clearProgress();
    if (!(error instanceof BenchError)) throw error;
    process.stderr.write(`bench: ${error.message} [${error.code}]\n`);
    if (error.code === 'usage') process.stderr.write('Try: npm run -s bench -- --help\n');
    return error.code === 'usage' ? 2 : 1;
  }
}

function showProgress(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what}`);
}

function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
}
