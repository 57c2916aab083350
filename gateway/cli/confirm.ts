import { createInterface } from 'node:readline/promises';
import type { Cli } from './cli.ts';
import { CliError } from './cli-error.ts';

/**
 * Has a person at the terminal type the name of what is to be changed. Throws CliError `not_confirmed` where nobody sits
 * there, or something else was typed.
 */
export async function confirm(cli: Cli, name: string): Promise<void> {
  if (process.stdin.isTTY !== true) {
    throw CliError.of('not_confirmed', { zh: '没有终端可供确认', en: 'there is no terminal to confirm it at' });
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const question = cli.say({ zh: '核对无误后输入该主体标识以确认：', en: 'type the entity identifier to confirm: ' });
  const typed = await prompt.question(question);
  prompt.close();
  if (typed.trim() === name) return;
  throw CliError.of('not_confirmed', { zh: '输入与标识不符', en: 'that is not the identifier' });
}
