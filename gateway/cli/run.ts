import { CommanderError } from 'commander';
import { createCli, languageOf } from './cli.ts';
import { createProgram } from './program.ts';
import { asCliError, reportError } from './report.ts';

/** Runs one command line. Sets the exit code: 0 good, 1 the thing checked is bad, 2 wrong usage. */
export async function run(argv: readonly string[]): Promise<void> {
  const cli = createCli(languageOf(argv, process.env), process.env);
  // A reader that has seen enough (`huren demo | head`) closes the pipe: that is no fault.
  process.stdout.on('error', () => process.exit());
  try {
    const program = await createProgram(cli, argv);
    await program.parseAsync(argv);
  } catch (error) {
    // Commander has reported it already, and counts help that was asked for as 0.
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    const failure = asCliError(error);
    const { code, text, next, exit } = failure;
    if (argv.includes('--json')) cli.printJson({ code, text, next });
    reportError(cli, failure);
    process.exitCode = exit;
  }
}
