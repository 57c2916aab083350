import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { huren } from '../huren.fixture.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];
const folder = mkdtempSync(join(tmpdir(), 'huren-completion-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(async () => {
  for (const shell of SHELLS) {
    const { exit, stdout } = await huren(['completion', shell]);
    expect(exit).toBe(0);
    writeFileSync(scriptOf(shell), stdout);
  }
});

function scriptOf(shell: Shell): string {
  return join(folder, `_huren.${shell}`);
}

function isHere(shell: Shell): boolean {
  return spawnSync(shell, ['-c', ':']).error === undefined;
}

/** What a shell offers after these words, the last of them being typed. */
function offered(shell: Shell, ...words: string[]): string[] {
  const script = scriptOf(shell);
  const quoted = words.map((word) => `'${word}'`).join(' ');
  switch (shell) {
    case 'bash': {
      const type = `COMP_WORDS=(huren ${quoted}); COMP_CWORD=${words.length}`;
      return linesOf(shell, ['-c', `source ${script}; ${type}; _huren; printf '%s\\n' "\${COMPREPLY[@]}"`]);
    }
    case 'zsh': {
      // The completion system runs inside the line editor only: its two ways to offer words are replaced here.
      const stubs = `compdef() { :; }; _files() { :; }; compadd() { shift; print -l -- "$@"; }
_describe() { for each in "\${(@P)2}"; do print -r -- "\${each%%:*}"; done; }`;
      const type = `words=(huren ${quoted}); CURRENT=${words.length + 1}`;
      const lines = linesOf(shell, ['-f', '-c', `${stubs}\nsource ${script}; ${type}; _huren`]);
      return lines.filter((line) => line.startsWith(words.at(-1) ?? ''));
    }
    case 'fish':
      return linesOf(shell, ['-N', '-c', `source ${script}; complete -C 'huren ${words.join(' ')}'`]).map(
        (line) => line.split('\t')[0] ?? '',
      );
  }
}

function linesOf(shell: Shell, argv: readonly string[]): string[] {
  return execFileSync(shell, argv, { encoding: 'utf8', cwd: folder })
    .split('\n')
    .filter((line) => line !== '');
}

describe.each(SHELLS)('completion %s', (shell) => {
  const here = test.runIf(isHere(shell));

  here('offers no command, or not all that there are', () => {
    expect(offered(shell, 'ad')).toEqual(['adapter']);
    expect(offered(shell, 'registry', 'anc')).toEqual(['anchor-hash']);
    expect(offered(shell, 'adapter', '')).toEqual(expect.arrayContaining(['init', 'submit', 'rollback', 'report']));
  });

  here('misses an option, or a value that an option may have', () => {
    expect(offered(shell, 'adapter', 'suspend', '640000', '--re')).toEqual(['--reason']);
    expect(offered(shell, 'adapter', 'suspend', '--reason', 'mis')).toEqual(['misuse']);
    expect(offered(shell, 'adapter', 'suspend', '--reason', 'misuse', '--ou')).toEqual(['--out']);
    expect(offered(shell, 'completion', 'f')).toEqual(['fish']);
    expect(offered(shell, 'log', 'verify', '--lang', 'z')).toEqual(['zh']);
  });
});

test('a shell that is unknown gets a script', async () => {
  expect((await huren(['completion', 'telex'])).exit).toBe(2);
});
