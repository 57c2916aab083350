import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { huren, type Ran } from '../cli/huren.fixture.ts';
import { ROOT } from './import-graph.ts';
import { tempFolder } from './registry-site.fixture.ts';
import { joined } from './walkthrough-document.ts';

const text = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
const FOLDER = 'adapters/provinces/120000-tianjin';
const EXAMPLE = join(ROOT, 'adapters/conformance/examples/120000-tianjin');

/** The command of a numbered step, and what the document says that it prints. */
function step(number: number): { readonly command: string; readonly printed: readonly string[] } {
  const [, after = ''] = text.split(`**${number}. `);
  const [rest = ''] = after.split(`**${number + 1}. `);
  const [, command = ''] = /```sh\nnpm run -s huren -- (.+)\n```/.exec(rest) ?? [];
  const [, printed = ''] = /```sh\n.*\n```\n\n```\n([\s\S]*?)\n```/.exec(rest) ?? [];
  return { command, printed: printed.split('\n').filter((line) => line !== '' && line !== '…') };
}

test('the first command asks an older Node for things that nobody has to do', () => {
  const folder = tempFolder(onTestFinished);
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) cpSync(join(ROOT, file), join(folder, file));
  // npm runs on the machine's own Node, and not on the one that ships with the packages.
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((place) => !place.includes('node_modules'));
  const env = { PATH: path.join(delimiter), HOME: folder };
  const argv = ['ci', '--dry-run', '--ignore-scripts', '--offline'];
  const { status, stderr } = spawnSync('npm', argv, { cwd: folder, env, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});

/** Every number is one: times differ. */
const normal = (line: string) =>
  line
    .replace(/\s+/g, ' ')
    .replace(/\d+(\.\d+)?/g, '0')
    .trim();

test('the steps to add a province fail as printed, or print something else', async () => {
  const folder = join(tempFolder(onTestFinished), '120000-tianjin');
  const run = async (number: number): Promise<Ran> => {
    const { command, printed } = step(number);
    expect(command).toContain(FOLDER);
    const ran = await huren([...command.replace(FOLDER, folder).split(' '), '--lang', 'en']);
    const said = joined(ran.stdout).split('\n').map(normal);
    for (const line of joined(printed.join('\n')).split('\n')) expect(said).toContain(normal(line));
    return ran;
  };
  expect((await run(1)).exit).toBe(0);
  const blank = await run(3);
  expect([blank.exit, blank.stderr]).toEqual([1, '']);
  rmSync(folder, { recursive: true });
  cpSync(EXAMPLE, folder, { recursive: true });
  expect((await run(4)).exit).toBe(0);
});
