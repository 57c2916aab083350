import type { Command } from 'commander';
import { instantSchema, numericDateSchema } from '../../../schemas/status.ts';
import type { Cli } from '../cli.ts';
import { reading } from './command.ts';

/** The options by which a command is told whom to believe. */
export function withTrust(cli: Cli, command: Command): Command {
  return command
    .option(
      '--anchor <file>',
      cli.say({ zh: '国家信任锚文件（可带信任链）', en: 'the pinned national anchor (chains in it are used)' }),
    )
    .option('--bundle <file>', cli.say({ zh: '信任链取自此文件', en: 'take trust chains from this file' }));
}

/** The option that sets a verifier's clock. */
export function withTime(cli: Cli, command: Command): Command {
  return command.option(
    '--at <time>',
    cli.say({ zh: '按此时刻验证：RFC 3339 或 Unix 秒', en: 'as of then: RFC 3339 or unix seconds' }),
    reading(timeS, cli.say({ zh: '应为 RFC 3339 或 Unix 秒', en: 'expected RFC 3339 or unix seconds' })),
  );
}

function timeS(text: string): number | null {
  if (/^\d{1,12}$/.test(text)) return numericDateSchema.safeParse(Number(text)).data ?? null;
  return instantSchema.safeParse(text).success ? Math.floor(Date.parse(text) / 1000) : null;
}
