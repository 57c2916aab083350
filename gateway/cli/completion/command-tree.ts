import type { Command } from 'commander';

/** An option as a shell completes it. `choices`: what its value may be; null where that is anything, empty where it has none. */
export interface OptionNode {
  readonly flags: readonly string[];
  readonly text: string;
  readonly choices: readonly string[] | null;
}

/** A command by the words that lead to it, what may follow, and its options. */
export interface CommandNode {
  /** Each word behind a blank: ` adapter suspend`; empty for the program itself. */
  readonly at: string;
  /** Commands below it, or the words that its argument may be. */
  readonly commands: readonly { readonly name: string; readonly text: string }[];
  readonly options: readonly OptionNode[];
}

/** Every command of a program, itself first. */
export function commandTree(program: Command): readonly CommandNode[] {
  return nodesOf(program, '', []);
}

function nodesOf(command: Command, at: string, inherited: readonly OptionNode[]): CommandNode[] {
  const help = command.createHelp();
  const subcommands = help.visibleCommands(command);
  const own = help.visibleOptions(command).map(({ long, short, description, argChoices, required, optional }) => ({
    flags: [long, short].filter((flag) => typeof flag === 'string'),
    text: description,
    choices: required || optional ? (argChoices ?? null) : [],
  }));
  const options = [...own, ...inherited.filter(({ flags }) => !own.some((option) => option.flags[0] === flags[0]))];
  const words = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  const commands = [
    ...subcommands.map((sub) => ({ name: sub.name(), text: sub.description() })),
    ...words.map((name) => ({ name, text: '' })),
  ];
  const global = options.filter(({ flags }) => flags.includes('--lang'));
  const below = command.commands.flatMap((sub) => nodesOf(sub, `${at} ${sub.name()}`, global));
  return [{ at, commands, options }, ...below];
}
