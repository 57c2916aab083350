import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

test('a machine without apt is not told which packages the tests need, or they begin all the same', () => {
  const empty = mkdtempSync(join(tmpdir(), 'huren-nothing-'));
  onTestFinished(() => rmSync(empty, { recursive: true }));
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'prepare.ts')], {
    env: { PATH: empty },
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^The tests need redis-server, .*softhsm2-util, .*promtool/);
  expect(stderr).toMatch(/\. On Debian or Ubuntu: sudo apt-get install redis-server .*softhsm2 .*prometheus/);
  expect([stderr.trimEnd().split('\n').length, stdout]).toEqual([1, '']);
});
