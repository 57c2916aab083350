import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ROOT } from './import-graph.ts';
import { CHECKING_PROGRAMS, NEEDED_PROGRAMS } from './needed-programs.ts';

const PREPARE = join(import.meta.dirname, 'prepare.ts');

test('a machine without apt is not told which packages the tests need, or they begin all the same', () => {
  const empty = mkdtempSync(join(tmpdir(), 'huren-nothing-'));
  onTestFinished(() => rmSync(empty, { recursive: true }));
  const { status, stdout, stderr } = spawnSync(process.execPath, [PREPARE], {
    env: { PATH: empty },
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^The tests need redis-server, .*softhsm2-util, .*promtool/);
  expect(stderr).toMatch(/\. On Debian or Ubuntu: sudo apt-get install redis-server .*softhsm2 .*prometheus/);
  expect([stderr.trimEnd().split('\n').length, stdout]).toEqual([1, '']);
});

describe.runIf(process.getuid?.() === 0)('as root, with apt', () => {
  /** A machine that has apt, which notes that it was called, and nothing else. */
  function machine(env: Readonly<Record<string, string>>) {
    const bin = mkdtempSync(join(tmpdir(), 'huren-apt-'));
    onTestFinished(() => rmSync(bin, { recursive: true }));
    const called = join(bin, 'called');
    writeFileSync(join(bin, 'apt-get'), `#!/bin/sh\necho "$@" >> '${called}'\n`);
    chmodSync(join(bin, 'apt-get'), 0o755);
    const ran = spawnSync(process.execPath, [PREPARE], { env: { PATH: bin, ...env }, encoding: 'utf8' });
    return { ...ran, called: existsSync(called) };
  }

  test('something is installed that nobody was told of, or without saying how to have it left', () => {
    const { stdout, called } = machine({});
    expect(stdout).toMatch(
      /^Installing with apt-get, for the tests: redis-server, .+ \(INSTALL_FOR_TESTS=never .+\)\n$/,
    );
    expect(called).toBe(true);
  });

  test('something is installed although that was forbidden', () => {
    const { stdout, stderr, status, called } = machine({ INSTALL_FOR_TESTS: 'never' });
    expect([status, stdout, called]).toEqual([1, '', false]);
    expect(stderr).toMatch(/sudo apt-get install redis-server /);
  });
});

test('the workflow does not bring a program that the tests start or are skipped without', () => {
  const workflow = readFileSync(join(ROOT, '.github/workflows/ci.yml'), 'utf8');
  const [installed = ''] = /apt-get install .+/.exec(workflow) ?? [];
  const [, there = ''] = /# The runner has (.+)\./.exec(workflow) ?? [];
  const brought = new Set([...installed.split(' '), ...there.split(', ')]);
  const packages = [
    ...NEEDED_PROGRAMS.flatMap(({ debianPackages }) => debianPackages),
    ...Object.values(CHECKING_PROGRAMS).map((name) => name.split(',')[0] ?? ''),
  ];
  expect(packages.filter((name) => !brought.has(name))).toEqual([]);
});
