import type { CommandNode } from './command-tree.ts';

/** A completion script for bash. Where it has no answer, bash completes file names. */
export function bashCompletion(tree: readonly CommandNode[]): string {
  const values = tree.flatMap(({ at, options }) =>
    options
      .filter(({ choices }) => choices === null || choices.length > 0)
      .map(
        ({ flags, choices }) =>
          `    ${patterns(flags.map((flag) => `${at} ${flag}`))}) words='${(choices ?? []).join(' ')}' ;;`,
      ),
  );
  const words = tree.map(({ at, commands, options }) => {
    const names = [...commands.map(({ name }) => name), ...options.flatMap(({ flags }) => flags)];
    return `        '${at}') words='${names.join(' ')}' ;;`;
  });
  return `# bash completion of huren: huren completion bash > ~/.local/share/bash-completion/completions/huren
_huren() {
  local at='' words='' current="\${COMP_WORDS[COMP_CWORD]}" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
      ${patterns(tree.slice(1).map(({ at }) => at))}) at="$at \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at \${COMP_WORDS[COMP_CWORD - 1]}" in
${values.join('\n')}
    *)
      case "$at" in
${words.join('\n')}
      esac
      ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _huren huren
`;
}

function patterns(texts: readonly string[]): string {
  return texts.map((text) => `'${text}'`).join(' | ');
}
