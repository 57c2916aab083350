import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LOG_LINES } from '../../schemas/log-lines.ts';
import { REFUSALS } from '../upstream/outgoing.ts';
import { ROOT, sourceFiles } from './import-graph.ts';

/** A line as the code writes it. */
interface Written {
  readonly file: string;
  readonly level: string;
  readonly msgs: readonly string[];
  readonly members: readonly string[];
}

const CALL = /\b(?:log|logger)(?:\.(info|warn|error|debug|fatal|trace)|\[[^\]]*'(\w+)'\])\(/g;
/** What an expression stands for that names no words or members itself. */
const WORDS: ReadonlyMap<string, readonly string[]> = new Map([['REFUSALS[reason]', Object.values(REFUSALS)]]);
const SPREADS: ReadonlyMap<string, readonly string[]> = new Map([
  ['...sent', ['trace_id', 'outcome', 'took_ms']],
  ['...whereItBroke(error)', ['error', 'code', 'at']],
  ['line', ['request_id', 'method', 'route', 'status', 'took_ms']],
  ['...line', ['request_id', 'method', 'route', 'status', 'took_ms']],
]);

const written = sourceFiles()
  .filter((file) => /^(?:gateway|adapters)\/(?!web\/|bench\/)/.test(file))
  .flatMap(linesIn);

/** Every call of a log in a file. */
function linesIn(file: string): Written[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(CALL)].map((match) => {
    const args = partsOf(text.slice(match.index + match[0].length), ')');
    const words = args.at(-1) ?? '';
    const literals = [...words.matchAll(/'([^']+)'/g)].map(([, literal = '']) => literal);
    return {
      file,
      level: match[1] ?? match[2] ?? '',
      msgs: WORDS.get(words) ?? literals,
      members: args.slice(0, -1).flatMap(membersOf),
    };
  });
}

/** The parts of a list in the code up to the bracket that closes it, as far as strings and brackets go. */
function partsOf(text: string, close: string): string[] {
  const parts: string[] = [];
  let [depth, start, quote] = [0, 0, ''];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (/['"`]/.test(character)) quote = character;
    else if (depth === 0 && (character === ',' || character === close)) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
      if (character === close) return parts.filter((part) => part !== '');
    } else if (/[([{]/.test(character)) depth += 1;
    else if (/[)\]}]/.test(character)) depth -= 1;
  }
  return parts;
}

function membersOf(argument: string): string[] {
  // Either of two forms of one line.
  const [, ...either] = /^[^{}]+\? (.+) : (.+)$/s.exec(argument) ?? [];
  if (either.length > 0) return either.flatMap(membersOf);
  const known = SPREADS.get(argument);
  if (known !== undefined) return [...known];
  if (!argument.startsWith('{')) return [`(${argument})`];
  return partsOf(argument.slice(1), '}').flatMap((member) => {
    const spread = SPREADS.get(member);
    return spread ?? [/^[\w$]+/.exec(member)?.[0] ?? `(${member})`];
  });
}

test('the code writes a line that the list does not have, or at another level', () => {
  expect(written.length).toBeGreaterThan(30);
  for (const { file, level, msgs } of written) {
    expect(msgs.length, file).toBeGreaterThan(0);
    for (const msg of msgs)
      expect([file, msg, LOG_LINES[msg]?.level]).toEqual([file, msg, level === 'debug' ? 'info' : level]);
  }
});

test('a line has a member that the list does not have', () => {
  for (const { file, msgs, members } of written) {
    const listed = msgs.flatMap((msg) => LOG_LINES[msg]?.members ?? []).map((member) => member.replace('?', ''));
    expect([file, msgs[0], members.filter((member) => !listed.includes(member))]).toEqual([file, msgs[0], []]);
  }
});

test('the list has a line that nobody writes', () => {
  const known = new Set(written.flatMap(({ msgs }) => msgs));
  expect(Object.keys(LOG_LINES).filter((msg) => !known.has(msg))).toEqual([]);
});
