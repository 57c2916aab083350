import type { LocalisedText } from '../../schemas/code-lists/index.ts';
import { checkText } from '../../schemas/texts/trust-errors.ts';
import { ConfigError } from '../compose/config.ts';
import type { CheckedAnswer } from '../trust/check-answer.ts';
import { type Cli, printable } from './cli.ts';
import { CliError } from './cli-error.ts';
import { lineCells, wrapped } from './table.ts';
import { checkNext } from './trust-texts.ts';

/** `huren: <code>: <text>` and what to do next, on stderr. */
export function reportError(cli: Cli, error: CliError): void {
  complain(cli, error.code, cli.say(error.text), cli.say(error.next));
}

/** Names the link and the closed code of a failed check on stderr, with `next` where more is known. Gives the exit code. */
export function reportCheck(cli: Cli, checked: CheckedAnswer, next?: LocalisedText): 0 | 1 {
  if (checked.verified) return 0;
  complain(cli, checked.code, `${checked.link}: ${cli.say(checkText(checked))}`, cli.say(next ?? checkNext(checked)));
  return 1;
}

/** Any other error as one that a command may end with. Its stack is nobody's business at a door. */
export function asCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof ConfigError) return CliError.of('config_invalid', error.text);
  const file = fileFailure(error);
  if (file !== null) return file;
  const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return CliError.of('internal', { zh: reason, en: reason });
}

/** What the system says of a file or folder that cannot be used, as a failure that names it; null for anything else. */
export function fileFailure(error: unknown): CliError | null {
  if (!(error instanceof Error && 'path' in error && 'code' in error && 'syscall' in error)) return null;
  // A program that cannot be started is ours, and no choice of whoever called us.
  if (typeof error.path !== 'string' || String(error.syscall).startsWith('spawn')) return null;
  const { path, code } = error;
  return CliError.of('file_unreadable', { zh: `无法使用 ${path}（${code}）`, en: `${path} cannot be used (${code})` });
}

function complain(cli: Cli, code: string, text: string, next: string): void {
  cli.progress('');
  const lines = [
    `huren: ${code}: ${printable(text)}`,
    `  ${cli.say({ zh: '下一步：', en: 'next: ' })}${printable(next)}`,
  ];
  // Elsewhere than on a terminal somebody may look for the whole sentence.
  for (const line of lines) for (const part of wrapped(line, lineCells(process.stderr), '  ')) console.error(part);
}
