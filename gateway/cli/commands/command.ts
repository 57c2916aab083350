import { type Command, InvalidArgumentError } from 'commander';
import type { LocalisedText } from '../../../schemas/code-lists/index.ts';
import { entityIdSchema } from '../../../schemas/status.ts';
import type { Cli } from '../cli.ts';

/** What a command's help says: one line, and an example that works when pasted after `huren`. */
interface Description extends LocalisedText {
  readonly example: string;
}

/** Describes a command. The caller adds arguments, options and the action. */
export function described(cli: Cli, command: Command, description: Description): Command {
  const heading = cli.say({ zh: '示例：', en: 'Example:' });
  return command
    .helpOption('-h, --help', cli.say({ zh: '显示帮助', en: 'show this help' }))
    .description(cli.say(description))
    .addHelpText('after', `\n${heading}\n  $ ${pasteable(`huren ${description.example}`)}`);
}

const EXAMPLE_WIDTH = 76;

/** A command line over as many lines as it takes, broken before options, which a shell reads as one. */
function pasteable(line: string): string {
  const [first = '', ...options] = line.split(/ (?=--[a-z])/);
  let width = first.length;
  return options.reduce((said, option) => {
    const fits = width + 1 + option.length <= EXAMPLE_WIDTH;
    width = fits ? width + 1 + option.length : 4 + option.length;
    return `${said}${fits ? ' ' : ' \\\n    '}${option}`;
  }, first);
}

/** Describes a command that only holds others. */
export function describedGroup(cli: Cli, command: Command, description: Description): Command {
  const help = cli.say({ zh: '显示命令的帮助', en: 'show the help of a command' });
  return described(cli, command, description).helpCommand('help [command]', help);
}

/** Describes `--json`, which every command that answers something has. */
export function jsonOption(cli: Cli): [flags: string, description: string] {
  return ['--json', cli.say({ zh: '只输出一个 JSON 文档', en: 'print exactly one JSON document' })];
}

/** An option's reader that makes a value it cannot read a usage error, saying what is expected. */
export function reading<T>(read: (text: string) => T | null, expected: string): (text: string) => T {
  return (text) => {
    const value = read(text);
    if (value === null) throw new InvalidArgumentError(expected);
    return value;
  };
}

/** Reads an entity identifier of an option. */
export function entityReader(cli: Cli): (text: string) => string {
  const expected = cli.say({ zh: '应为 http(s) 地址', en: 'an http(s) address' });
  return reading((text) => entityIdSchema.safeParse(text).data ?? null, expected);
}
