import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { keysOf } from '../../schemas/code-lists/index.ts';
import { createCli } from '../cli/cli.ts';
import { createProgram } from '../cli/program.ts';
import { blocksOf, DOCUMENTS, read } from './documented.ts';
import { ROOT } from './import-graph.ts';
import { placeOf, README_LANGUAGES, README_PICTURES } from './looks/readme-pictures.ts';

/** `verification/verify.ts` in running text: below the root, or below the gateway, as its rooms are called there. */
const NAMED_FILE = /`((?:[a-z0-9-]+\/)+[\w.-]+\.(?:tsx?|md|mjs|ya?ml))`/g;
const LINK = /\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g;
const PLACE_OF_ONE_MACHINE = /\/(?:root|work|tmp|home)\/[a-z]/;

/** Somebody who reads by telephone waits for them. */
const MAX_PICTURE_BYTES = 150_000;

test.each(
  README_LANGUAGES,
)('in %s a picture is shown that no script takes, that is heavy, or that nobody sees', (lang) => {
  const text = readFileSync(join(ROOT, lang === 'zh' ? 'README.zh-CN.md' : 'README.md'), 'utf8');
  const shown = [...text.matchAll(/deploy\/pictures\/[\w.-]+/g)].map(([path]) => path);
  const taken = keysOf(README_PICTURES).map((name) => placeOf(name, lang));
  expect(shown.toSorted()).toEqual(taken.toSorted());
  for (const path of taken) {
    const picture = readFileSync(join(ROOT, path));
    expect(picture.subarray(1, 4).toString('latin1'), path).toBe('PNG');
    expect(picture.length, path).toBeLessThan(MAX_PICTURE_BYTES);
  }
});

describe.each(DOCUMENTS)('%s', (document) => {
  const text = read(document);

  test('a file is named that is not there', () => {
    const named = [...text.matchAll(NAMED_FILE)].map(([, path = '']) => path);
    const missing = named.filter((path) => !existsSync(join(ROOT, path)) && !existsSync(join(ROOT, 'gateway', path)));
    const linked = linksOf(document).map(({ path }) => path);
    expect([...missing, ...linked.filter((path) => !existsSync(join(ROOT, path)))]).toEqual([]);
  });

  test('a heading is linked that is not there', () => {
    const toHeadings = linksOf(document).flatMap(({ path, heading }) =>
      heading === undefined ? [] : [{ path, heading }],
    );
    expect(toHeadings.filter(({ path, heading }) => !headingsOf(path).has(heading))).toEqual([]);
  });

  test('a script is named that package.json does not have', () => {
    const named = [...text.matchAll(/\bnpm run (?:-s )?([a-z][\w:-]*)/g)].map(([, script = '']) => script);
    expect(named.filter((script) => !(script in packageJson.scripts))).toEqual([]);
  });

  test('a command is named that there is not, or an option that it does not take', () => {
    expect(
      commandsIn(text)
        .map(faultOf)
        .filter((fault) => fault !== null),
    ).toEqual([]);
  });

  test('something is shown that no test compares with what is printed', () => {
    const shown = blocksOf(document).filter(({ kind }) => kind === '' || kind === 'text');
    const unheld = shown.filter(({ text: block }) => !isHeld(document, block));
    expect(unheld.map(({ text: block }) => block.split('\n')[0])).toEqual([]);
  });

  test('a path of one machine stands in it', () => {
    expect(PLACE_OF_ONE_MACHINE.exec(text)?.[0] ?? null).toBe(null);
  });
});

interface DocumentLink {
  /** From the root. */
  readonly path: string;
  readonly heading: string | undefined;
}

function linksOf(document: string): DocumentLink[] {
  return [...read(document).matchAll(LINK)].map(([, path = '', heading]) => ({
    path: path === '' ? document : join(dirname(document), path),
    heading,
  }));
}

/** As they are linked: in small letters, without signs, with a dash for each space. */
function headingsOf(document: string): ReadonlySet<string> {
  const headings = [...read(document).matchAll(/^#+ (.+)$/gm)].map(([, words = '']) => words.toLowerCase());
  return new Set(headings.map((words) => words.replaceAll(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-')));
}

const program = await createProgram(createCli('en', {}));

/** What stands behind `huren`, in running text and where it is to be pasted; what offers a choice is no command line. */
function commandsIn(text: string): string[] {
  const inline = text.matchAll(/`(?:npm run -s )?huren (?:-- )?([^`]+)`/g);
  const pasted = text.matchAll(/^ *(?:npm run -s )?huren (?:-- )?(.+)$/gm);
  const lines = [...inline, ...pasted].map(([, line = '']) => line.replaceAll('\n', ' '));
  return lines.filter((line) => !line.includes('|'));
}

function faultOf(line: string): string | null {
  let command: Command = program;
  const words = line.split(/\s+/).filter((word) => word !== '--help');
  for (let word = words[0]; word !== undefined; word = words[0]) {
    const next = command.commands.find((one) => one.name() === word);
    if (next === undefined) break;
    command = next;
    words.shift();
  }
  if (command.commands.length > 0 && words.length > 0) return `huren ${line}: no such command`;
  const known = new Set([...command.options, ...program.options].map(({ long }) => long));
  const wrong = words.filter((word) => word.startsWith('--') && !known.has(word.split('=')[0] ?? ''));
  return wrong.length > 0 ? `huren ${line}: ${wrong.join(' ')}` : null;
}

test('commands are looked for where there are none', () => {
  expect(DOCUMENTS.flatMap((document) => commandsIn(read(document))).length).toBeGreaterThan(100);
});

/** Whole documents whose every block a test runs and compares. */
const RUN_WHOLE = /^deploy\/(?:WALKTHROUGH|guides\/[\w.-]+)\.md$/;
/** How other blocks begin, and the test that holds each; drawings are nobody's output. */
const HELD_BY: Readonly<Record<string, string>> = {
  'Huren gateway is ready at': 'guides.test.ts',
  '● GREEN': 'guides.test.ts',
  '● 绿码': 'guides.test.ts',
  '● valid': 'guides.test.ts',
  '✓ submitted 120000': 'guides.test.ts',
  '[ 39.3 s] waiting': 'nation.test.ts',
  '…\n✗  blank_left': 'contributing.test.ts',
  '✓ asked and read as documented': 'contributing.test.ts',
  'while   ': 'runbook.test.ts',
};
const DRAWN_IN = 'ARCHITECTURE.md';

function isHeld(document: string, block: string): boolean {
  if (RUN_WHOLE.test(document) || document === DRAWN_IN) return true;
  return Object.keys(HELD_BY).some((begins) => block.startsWith(begins));
}

test('a test that is to hold a block does not name it', () => {
  for (const [begins, file] of Object.entries(HELD_BY)) {
    const code = readFileSync(join(ROOT, 'gateway/test', file), 'utf8');
    expect([begins, /\bshownIn\(|\bstep\(/.test(code)]).toEqual([begins, true]);
  }
});

test('a decision lost its end, its date or its number where two were put side by side', () => {
  const [, list = ''] = read('ARCHITECTURE.md').split('## Decisions, and what was rejected');
  const decisions = [...list.matchAll(/^(\d+|NN)\. \*\*[\s\S]*?(?=\n(?:\d+|NN)\. \*\*|$(?![\s\S]))/gm)];
  const undated = decisions.filter(([text]) => !/\*\(\d{4}-\d\d-\d\d(?:, \d{4}-\d\d-\d\d)*\)\*$/.test(text.trim()));
  expect(undated.map(([text]) => text.split('\n')[0])).toEqual([]);
  // One that is new has its number once it is merged.
  const numbers = decisions.map(([, number]) => number).filter((number) => number !== 'NN');
  expect(numbers).toEqual(numbers.map((_, at) => String(at + 1)));
  expect(numbers.length).toBeGreaterThan(100);
});

test('the glossary has a Chinese word that no reader of Chinese meets', () => {
  const words = [...read('GLOSSARY.md').matchAll(/^\| [a-z ]+ \| ([^ |]+) \|/gm)].map(([, word = '']) => word);
  const sources = globSync('{schemas,gateway/cli}/**/*.ts', { cwd: ROOT });
  const met = [...sources, ...CHINESE].map(read).join('\n');
  expect(words.filter((word) => !met.includes(word))).toEqual([]);
  expect(words.length).toBeGreaterThan(40);
});

const IN_A_LANGUAGE = /\.(?:en|zh)(?=\.png$)/;

/** What a document is made of, whatever its language: levels of headings, rows, points and every command. */
function shape(document: string) {
  const text = readFileSync(join(ROOT, document), 'utf8');
  const blocks = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, kind = '', inside = '']) => ({
    kind,
    inside,
  }));
  const running = text.replace(/^```[\s\S]*?^```$/gm, '');
  return {
    headings: [...running.matchAll(/^#+(?= )/gm)].map(([level]) => level.length),
    rows: running.match(/^\|/gm)?.length ?? 0,
    points: running.match(/^- /gm)?.length ?? 0,
    pictures: [...running.matchAll(/^!\[[^\]]*\]\(([^)]+)\)/gm)].map(([, path]) => path?.replace(IN_A_LANGUAGE, '')),
    blocks: blocks.map(({ kind, inside }) => (kind === 'sh' || kind === 'js' ? inside : kind)),
  };
}

const CHINESE = DOCUMENTS.filter((document) => document.endsWith('.zh-CN.md'));

describe.each(CHINESE)('%s', (document) => {
  test('says less, or other commands, than the English one', () => {
    expect(shape(document)).toEqual(shape(document.replace('.zh-CN.md', '.md')));
  });
});

test('a reader of Chinese finds no page', () => {
  expect(CHINESE.length).toBeGreaterThan(6);
});
