import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ran } from './huren.fixture.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PRETEND_OLD =
  'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.20.2"}})';

const site = mkdtempSync(join(tmpdir(), 'huren-bin-'));
const installed = join(site, 'node_modules/huren');
const bin = join(installed, 'gateway/cli/huren.mjs');
beforeAll(() => {
  mkdirSync(installed, { recursive: true });
  const isShipped = (path: string) => !/\.test\.ts$|vectors/.test(path);
  for (const name of ['adapters', 'gateway', 'schemas', 'package.json']) {
    cpSync(join(ROOT, name), join(installed, name), { recursive: true, filter: isShipped });
  }
});
afterAll(() => rmSync(site, { recursive: true, force: true }));

function run(argv: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, argv, { cwd: site });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
    });
  }
  return new Promise((done) => child.once('close', (exit) => done({ exit, ...text })));
}

describe('the packed command', () => {
  test('an old Node without a pinned one fails in many lines', async () => {
    const ran = await run(['--import', PRETEND_OLD, bin, '--version']);
    expect(ran.stderr).toMatch(/^huren: node_too_old: Node 24\.12 .+ 20\.20\.2.+\n$/);
    expect(ran.exit).toBe(1);
  });

  test('types are not stripped below node_modules, or the exit code is lost', async () => {
    symlinkSync(join(ROOT, 'node_modules'), join(installed, 'node_modules'));
    const good = await run([bin, '--version']);
    expect(good).toEqual({ exit: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' });
    const wrong = await run([bin, 'scan']);
    expect([wrong.exit, wrong.stderr.split('\n')[0]]).toEqual([
      2,
      "huren: usage_invalid: missing required argument 'code', or --file: one of the two",
    ]);
  });

  test.runIf(process.platform === 'linux')('an old Node does not find the pinned one', async () => {
    const ran = await run(['--import', PRETEND_OLD, bin, '--version']);
    expect([ran.exit, ran.stderr]).toEqual([0, '']);
  });
});
