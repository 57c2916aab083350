import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { tempFolder } from '../test/registry-site.fixture.ts';
import { type SandboxGateway, startSandboxGateway } from '../test/sandbox-gateway.ts';
import { createCli } from './cli.ts';
import { huren } from './huren.fixture.ts';
import { createProgram } from './program.ts';
import { cellsOf, lineCells, tableLines, wrapped } from './table.ts';

const findingsSchema = z.object({ findings: z.array(z.object({ setting: z.string() })).min(20) });

/** Lines that could be broken and are too long: a code or an identifier that fills its line by itself cannot. */
function tooLong(text: string, most: number): string[] {
  return text.split('\n').filter((line) => cellsOf(line) > most && /\S\s+\S/.test(line.trim()));
}

test('a pipe gets broken lines, or a terminal those that it breaks itself', () => {
  vi.stubEnv('COLUMNS', undefined);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  expect(lineCells({ isTTY: false, columns: 80 })).toBe(Number.POSITIVE_INFINITY);
  expect([120, 80, 8, 0].map((columns) => lineCells({ isTTY: true, columns }))).toEqual([120, 80, 40, 80]);
  vi.stubEnv('COLUMNS', '100');
  expect(lineCells({ isTTY: false, columns: 80 })).toBe(100);
});

describe('a table', () => {
  const id = (length: number) => 'x'.repeat(length);

  test('whose columns have no room runs over, loses one, or breaks what is copied', () => {
    const rows = [
      ['entity', 'kind', 'superior'],
      [id(70), 'gateway', id(60)],
    ];
    expect(tableLines(rows, 100)).toEqual([
      `entity${' '.repeat(66)}kind     superior`,
      `${id(70)}  gateway`,
      `    ${id(60)}`,
    ]);
    const code = `${id(90)} ${id(90)}`;
    expect(tableLines([['a', { copied: code }]], 100)).toEqual(['a', `    ${code}`]);
  });

  test('breaks a long text in the middle of a word, or Chinese before a full stop', () => {
    expect(wrapped('  one two three', 11, '    ')).toEqual(['  one two', '    three']);
    expect(wrapped('健康码互认。查验', 10, '')).toEqual(['健康码互', '认。查验']);
    expect(wrapped(id(30), 10, '')).toEqual([id(30)]);
  });
});

test.each(['zh', 'en'] as const)('a help text in %s is wider than a terminal', async (language) => {
  const all: Command[] = [await createProgram(createCli(language, {}))];
  for (const command of all) all.push(...command.commands);
  expect(all.length).toBeGreaterThan(60);
  expect(all.flatMap((command) => tooLong(command.helpInformation(), 100))).toEqual([]);
});

describe('in a sandbox', () => {
  let gateway: SandboxGateway;
  beforeAll(async () => {
    gateway = await startSandboxGateway({ HUREN_LOG_LEVEL: 'warn' });
  });
  afterAll(() => gateway.stop());

  test.each([
    'adapter list',
    'adapter check adapters/provinces/410000-henan',
    'authority list',
    'config check',
    'coverage',
    'demo --province 410000',
    'keys list',
    'log checkpoint',
    'log show',
    'log verify',
    'mandate list',
    'policy diff gateway/policy/samples/exception.json',
    'registry list',
    'sandbox codes --province 340000',
  ])('%s prints lines that nobody can read', async (line) => {
    const env = { HUREN_URL: gateway.url, HUREN_DATA_DIR: gateway.dataDir, COLUMNS: '80' };
    const ran = await huren(line.split(' '), env);
    expect(ran.exit, ran.stderr).toBeLessThan(2);
    expect(ran.stdout.length).toBeGreaterThan(40);
    expect(tooLong(ran.stdout, 80)).toEqual([]);
  });

  test('a record is several lines of a pipe', async () => {
    const env = { HUREN_URL: gateway.url, HUREN_DATA_DIR: gateway.dataDir };
    const lines = (await huren(['authority', 'list'], env)).stdout.trimEnd().split('\n');
    expect(lines.filter((line) => line.startsWith(' '))).toEqual([]);
    expect(lines.some((line) => cellsOf(line) > 100)).toBe(true);
  });

  test('findings of a node whose folder has a long name are left out', async () => {
    const dataDir = join(tempFolder(onTestFinished), 'a-name-that-leaves-no-room-in-a-line'.repeat(3));
    cpSync(join(gateway.dataDir, 'keys'), join(dataDir, 'keys'), { recursive: true });
    const env = { HUREN_URL: gateway.url, HUREN_DATA_DIR: dataDir, HUREN_ROLES: 'destination', COLUMNS: '100' };
    const { findings } = findingsSchema.parse(JSON.parse((await huren(['config', 'check', '--json'], env)).stdout));
    const told = (await huren(['config', 'check'], env)).stdout.split('\n').filter((line) => /^[✓✗–!] /.test(line));
    expect(told.map((line) => line.slice(3).split(/ {2,}/)[0])).toEqual(findings.map(({ setting }) => setting));
  });
});
