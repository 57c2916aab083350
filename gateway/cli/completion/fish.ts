import type { CommandNode, OptionNode } from './command-tree.ts';

/** A completion script for fish, with what each command and option is for. */
export function fishCompletion(tree: readonly CommandNode[]): string {
  const lines = tree.flatMap(({ at, commands, options }) => {
    const here = `complete -c huren -n '__huren_at "${at}"'`;
    return [
      ...commands.map(({ name, text }) => `${here} -f -a ${name} -d ${quoted(text)}`),
      ...options.map((option) => `${here} ${optionWords(option)} -d ${quoted(option.text)}`),
    ];
  });
  return `# fish completion of huren: huren completion fish > ~/.config/fish/completions/huren.fish
function __huren_at
  set -l at ''
  for word in (commandline -opc)[2..-1]
    switch "$at $word"
      case ${tree
        .slice(1)
        .map(({ at }) => `'${at}'`)
        .join(' ')}
        set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end
${lines.join('\n')}
`;
}

function optionWords({ flags, choices }: OptionNode): string {
  const named = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)).join(' ');
  if (choices === null) return `${named} -r`;
  return choices.length === 0 ? named : `${named} -x -a '${choices.join(' ')}'`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
