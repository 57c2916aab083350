import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'huren-closing-line-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs so many tests that pass on their second try. */
function runRescued(tests: number, retry: number) {
  return runFile(
    retry,
    `
    import { expect, test } from 'vitest';
    for (let n = 1; n <= ${tests}; n += 1) {
      let tries = 0;
      test('rescued ' + n, () => {
        tries += 1;
        expect(tries).toBe(2);
      });
    }
    test('steady', () => {});`,
  );
}

/** Runs one file of tests with the project's own reporter. */
function runFile(retry: number, text: string) {
  writeFileSync(join(folder, 'some.test.ts'), text);
  const args = [
    'run',
    '--root',
    folder,
    `--retry=${retry}`,
    `--reporter=${join(ROOT, 'gateway/test/closing-line.ts')}`,
  ];
  const env = { ...process.env, VITEST: undefined, NODE_ENV: undefined };
  const program = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const { status, stdout } = spawnSync(process.execPath, [program, ...args], { env, encoding: 'utf8' });
  return { status, stdout };
}

describe('the closing lines', () => {
  test('hide a test that needed its retry', () => {
    const { status, stdout } = runRescued(3, 1);
    expect(status).toBe(0);
    for (const n of [1, 2, 3]) expect(stdout).toContain(`needed its retry: some.test.ts > rescued ${n}\n`);
    expect(stdout).not.toContain('steady');
    expect(stdout).toMatch(/\n4 passed, 0 failed\n$/);
  });

  test('let more than three of them pass', () => {
    const { status, stdout } = runRescued(4, 1);
    expect(status).toBe(1);
    expect(stdout).toContain('the run fails: 4 tests needed their retry');
    expect(stdout).toMatch(/\n5 passed, 0 failed\n$/);
  });

  test('count what a broken hook has kept from being tried as left out', () => {
    const broken = `
      import { beforeAll, describe, test } from 'vitest';
      describe('what was not set up', () => {
        beforeAll(() => {
          throw new Error('no server');
        });
        test('one', () => {});
        describe('further in', () => test('another', () => {}));
      });
      test.skip('left out', () => {});
      test('steady', () => {});`;
    const { status, stdout } = runFile(1, broken);
    expect([status, stdout]).toEqual([1, '\n1 passed, 2 failed, 1 skipped\n']);
  });

  test('speak of retries where there are none', () => {
    const { status, stdout } = runRescued(1, 0);
    expect([status, stdout]).toEqual([1, '\n1 passed, 1 failed\n']);
  });
});
