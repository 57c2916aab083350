import { SERVER_SETTING_LIST, type Setting } from '../../schemas/settings/index.ts';
import type { Cli } from './cli.ts';
import { wrapped } from './table.ts';

const WIDTH = 80;
const INDENT = '      ';

/** Every setting of a server for its help: the name, what it is when unset, and what it is for. */
export function settingsText(cli: Cli): string {
  const heading = cli.say({
    zh: '设置（环境变量；各项均可改以 _FILE 结尾，从文件读取）：',
    en: 'Settings (variables; each may end in _FILE instead, and is then read from that file):',
  });
  return [heading, ...SERVER_SETTING_LIST.flatMap((setting) => linesOf(cli, setting))].join('\n');
}

function linesOf(cli: Cli, { name, about, default: given, unset }: Setting<unknown>): string[] {
  const otherwise = given ?? (unset === null ? '' : cli.say(unset));
  return [`  ${name}  [${otherwise}]`, ...wrapped(`${INDENT}${cli.say(about)}`, WIDTH, INDENT)];
}
