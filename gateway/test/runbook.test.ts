import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { DEGRADED_REASONS, READINESS_REASONS } from '../../schemas/readiness.ts';
import { createCli } from '../cli/cli.ts';
import { createProgram } from '../cli/program.ts';
import { ROOT } from './import-graph.ts';
import { REHEARSALS } from './rehearsal/procedures.ts';

const text = readFileSync(join(ROOT, 'deploy/RUNBOOK.md'), 'utf8');
const program = await createProgram(createCli('en', {}));
const headings = new Set([...text.matchAll(/^#{2,3} (.+)$/gm)].map(([, name = '']) => name));

test('a node says a reason that the runbook is silent about', () => {
  const reasons = [...Object.keys(READINESS_REASONS), ...Object.keys(DEGRADED_REASONS)];
  expect(reasons.filter((reason) => !headings.has(reason))).toEqual([]);
});

test('the runbook sends its reader to a section that is not there', () => {
  const named = [...text.replaceAll('\n', ' ').matchAll(/"([A-Z][A-Za-z',\- ]{6,80})"/g)].map(([, name = '']) =>
    name.replace(/,$/, ''),
  );
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !headings.has(name))).toEqual([]);
});

test.each(REHEARSALS)('$section is rehearsed with commands that it does not print ($what)', ({ section, commands }) => {
  const [, after = ''] = text.split(`\n## ${section}\n`);
  const [own = ''] = after.split('\n## ');
  const named = commands.map((command) => `huren ${command.split(/ (?=-|\{|\d)/)[0]}`);
  expect(named.filter((name) => !own.includes(name))).toEqual([]);
});

describe('a command of the runbook', () => {
  const inline = [...text.matchAll(/`huren ([^`]+)`/g)].map(([, line = '']) => line.replaceAll('\n', ' '));
  const blocks = [...text.matchAll(/^huren (.+)$/gm)].map(([, line = '']) => line);

  test('is none that there is, or has an option that it does not take', () => {
    const lines = [...inline, ...blocks].filter((line) => !line.includes('|'));
    expect(lines.length).toBeGreaterThan(25);
    expect(lines.map(faultOf).filter((fault) => fault !== null)).toEqual([]);
  });

  function faultOf(line: string): string | null {
    let command: Command = program;
    const words = line.split(/\s+/);
    for (let word = words[0]; word !== undefined; word = words[0]) {
      const next = command.commands.find((one) => one.name() === word);
      if (next === undefined) break;
      command = next;
      words.shift();
    }
    const known = new Set([...command.options, ...program.options].map(({ long }) => long));
    const wrong = words.filter((word) => word.startsWith('--') && !known.has(word.split('=')[0] ?? ''));
    const isGroup = command.commands.length > 0;
    return isGroup || wrong.length > 0 ? `huren ${line}: ${isGroup ? 'no such command' : wrong.join(' ')}` : null;
  }
});
