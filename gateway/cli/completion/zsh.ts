import type { CommandNode } from './command-tree.ts';

/** A completion script for zsh, with what each command and option is for. */
export function zshCompletion(tree: readonly CommandNode[]): string {
  const values = tree.flatMap(({ at, options }) =>
    options
      .filter(({ choices }) => choices === null || choices.length > 0)
      .map(({ flags, choices }) => {
        const act = choices === null ? '_files' : `compadd -- ${choices.join(' ')}`;
        return `    ${patterns(flags.map((flag) => `${at} ${flag}`))}) ${act}; return ;;`;
      }),
  );
  const entries = tree.map(({ at, commands, options }) => {
    const named = [
      ...commands.map(({ name, text }) => entry(name, text)),
      ...options.flatMap(({ flags, text }) => flags.map((flag) => entry(flag, text))),
    ];
    return `    '${at}') entries=(${named.join(' ')}) ;;`;
  });
  return `#compdef huren
# zsh completion of huren: huren completion zsh > a folder of $fpath, as _huren
_huren() {
  local at='' i
  local -a entries
  for ((i = 2; i < CURRENT; i++)); do
    case "$at \${words[i]}" in
      (${patterns(tree.slice(1).map(({ at }) => at))}) at="$at \${words[i]}" ;;
    esac
  done
  case "$at \${words[CURRENT - 1]}" in
${values.map((line) => line.replace(/^ {4}/, '    (')).join('\n')}
  esac
  case "$at" in
${entries.map((line) => line.replace(/^ {4}/, '    (')).join('\n')}
  esac
  _describe huren entries
  _files
}
if [ "$funcstack[1]" = _huren ]; then _huren "$@"; else compdef _huren huren; fi
`;
}

function patterns(texts: readonly string[]): string {
  return texts.map((text) => `'${text}'`).join(' | ');
}

/** `name:what it is for`, quoted for the shell; a colon would end the name. */
function entry(name: string, text: string): string {
  return `'${`${name}:${text.replaceAll(':', '\\:')}`.replaceAll("'", `'\\''`)}'`;
}
