import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { orderSeed } from './order-seed.ts';

const folder = mkdtempSync(join(tmpdir(), 'huren-order-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('one commit is tested in two orders, two in the same one, or none where there is no history', () => {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'ignore' });
  const commit = (said: string) =>
    git('-c', 'user.name=Nobody', '-c', 'user.email=nobody@example.test', 'commit', '--allow-empty', '-m', said);
  const withoutHistory = orderSeed(folder);
  git('init');
  commit('one');
  const first = [orderSeed(folder), orderSeed(folder)];
  commit('two');
  const second = orderSeed(folder);
  expect(new Set([withoutHistory, ...first, second]).size).toBe(3);
  expect([first[0], Number.isSafeInteger(second), withoutHistory]).toEqual([first[1], true, 1]);
});
