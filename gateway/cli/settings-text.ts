import { SERVER_SETTING_LIST, type Setting } from '../../schemas/settings/index.ts';
import type { Cli } from './cli.ts';

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
  return [`  ${name}  [${otherwise}]`, ...wrapped(cli.say(about)).map((line) => `${INDENT}${line}`)];
}

/** Text in lines of at most a terminal's width. Chinese has no blanks to break at: there the terminal breaks it. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && INDENT.length + last.length + 1 + word.length <= WIDTH) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}
