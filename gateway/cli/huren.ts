import { CommanderError } from 'commander';
import { createCli, languageOf } from './cli.ts';
import { createProgram } from './program.ts';
import { asCliError, reportError } from './report.ts';

const cli = createCli(languageOf(process.argv, process.env), process.env);

// A reader that has seen enough (`huren demo | head`) closes the pipe: that is no fault.
process.stdout.on('error', () => process.exit());

try {
  await createProgram(cli).parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    const failure = asCliError(error);
    const { code, text, next, exit } = failure;
    if (process.argv.includes('--json')) cli.printJson({ code, text, next });
    reportError(cli, failure);
    process.exitCode = exit;
  }
}
