import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isGoodEnough, type Mutant, reportText } from './report.ts';

function mutants(file: string, count: number, status: Mutant['status']): Mutant[] {
  const place = { start: { line: 3, column: 7 }, end: { line: 3, column: 9 } };
  const what = { fileName: join(process.cwd(), file), mutatorName: 'BooleanLiteral', replacement: 'true' };
  return Array.from({ length: count }, (_, n) => ({ id: `${n}`, status, location: place, ...what }));
}

describe('what a mutation run comes to', () => {
  test('a file below the least score is made up for by another one', () => {
    const good = mutants('a.ts', 1000, 'Killed');
    const fair = [...mutants('b.ts', 93, 'Killed'), ...mutants('b.ts', 7, 'Survived')];
    const poor = [...mutants('c.ts', 92, 'Timeout'), ...mutants('c.ts', 8, 'Survived')];
    expect([isGoodEnough([...good, ...fair]), isGoodEnough([...good, ...poor])]).toEqual([true, false]);
  });

  test('code that no test reaches counts for nothing, or what cannot be tested counts', () => {
    expect(isGoodEnough([...mutants('a.ts', 9, 'Killed'), ...mutants('a.ts', 1, 'NoCoverage')])).toBe(false);
    expect(isGoodEnough([...mutants('a.ts', 9, 'Killed'), ...mutants('a.ts', 9, 'Ignored')])).toBe(true);
    expect(isGoodEnough(mutants('a.ts', 9, 'Ignored'))).toBe(true);
  });

  test('what survived is not named, with its place and what it would have been', () => {
    const text = reportText([...mutants('a.ts', 1, 'Survived'), ...mutants('a.ts', 1, 'NoCoverage')]);
    expect(text).toContain('a.ts:3:7  survived  BooleanLiteral: true');
    expect(text).toContain('a.ts:3:7  reached by no test  BooleanLiteral: true');
    expect(text).toContain('✗   0.0 %  a.ts  (0 noticed, 2 not)');
  });
});

describe('npm run mutation', () => {
  const run = (...args: string[]) => {
    const program = join(import.meta.dirname, 'mutation.ts');
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
    return { status, stdout, stderr };
  };

  test('asked for its help begins to mutate, or throws', () => {
    const help = expect.stringMatching(/^Usage: npm run mutation -- .*gateway\/provenance\n.*Exit code: 0 /s);
    expect(run('--help')).toEqual({ status: 0, stdout: help, stderr: '' });
  });

  test.each([
    ['an option that it does not know', '--incremetal'],
    ['a file that is not there', 'gateway/trust/strict-jason.ts'],
    ['a test', 'gateway/trust/strict-json.test.ts'],
  ])('begins though it is given %s, or shows a stack trace', (_what, arg) => {
    const { status, stdout, stderr } = run(arg);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: npm run mutation');
    expect(stderr).not.toMatch(/^ {4}at /m);
  });
});
