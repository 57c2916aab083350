import { Argument, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { bashCompletion } from '../completion/bash.ts';
import { type CommandNode, commandTree } from '../completion/command-tree.ts';
import { fishCompletion } from '../completion/fish.ts';
import { zshCompletion } from '../completion/zsh.ts';
import { described } from './command.ts';

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const satisfies Record<
  string,
  (tree: readonly CommandNode[]) => string
>;

/** `completion bash|zsh|fish`: a script made from the commands themselves, so that none can be missing. */
export function addCompletion(program: Command, cli: Cli): void {
  described(cli, program.command('completion'), {
    zh: '输出命令补全脚本',
    en: 'print a script that completes commands and options in a shell',
    example: 'completion bash > ~/.local/share/bash-completion/completions/huren',
  })
    .addArgument(
      new Argument('<shell>', cli.say({ zh: '所用的 shell', en: 'the shell' })).choices(Object.keys(SCRIPTS)),
    )
    .action((shell: keyof typeof SCRIPTS) => {
      process.stdout.write(SCRIPTS[shell](commandTree(program)));
    });
}
