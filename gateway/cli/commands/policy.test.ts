import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { policySchema } from '../../../schemas/policy.ts';
import { sandboxPolicies } from '../../sandbox/policies.ts';
import { huren } from '../huren.fixture.ts';

const SAMPLES = join(import.meta.dirname, '../../policy/samples');
const sample = (name: string) => join(SAMPLES, `${name}.json`);
const reviewSchema = z.looseObject({
  accepted: z.boolean(),
  refusals: z.array(z.object({ code: z.string(), row: z.number().nullable() })),
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'huren-policy-'));
});
afterAll(() => rm(folder, { recursive: true }));

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The sample that is in order, with one more row. */
function withRow(row: object): string {
  const policy = z.looseObject({ rows: z.array(z.unknown()) }).parse(JSON.parse(readFileSync(sample('equal'), 'utf8')));
  return JSON.stringify({ ...policy, rows: [row, ...policy.rows] });
}

test('a shipped sample differs from the policies of the sandbox', () => {
  const shipped = (name: string) => policySchema.parse(JSON.parse(readFileSync(sample(name), 'utf8')));
  const { equal, exception, refused } = sandboxPolicies(Date.parse('2026-11-01T00:00:00Z'));
  expect([shipped('equal'), shipped('exception'), shipped('refused')]).toEqual([equal, exception, refused]);
});

describe('policy check', () => {
  test('a table in order is refused, or one that is not in order is not', async () => {
    for (const name of ['equal', 'exception']) {
      const ran = await huren(['policy', 'check', sample(name), '--json']);
      expect(reviewSchema.parse(JSON.parse(ran.stdout))).toMatchObject({
        accepted: true,
        refusals: [],
        complete: true,
      });
      expect([ran.exit, ran.stderr]).toEqual([0, '']);
    }
    const ran = await huren(['policy', 'check', sample('refused'), '--json']);
    const refusals = [{ code: 'stricter_without_basis', row: 0 }];
    expect(reviewSchema.parse(JSON.parse(ran.stdout))).toMatchObject({ accepted: false, refusals });
    expect(ran.stderr).toMatch(
      /^huren: policy_refused: sandbox-350000-refused@1\.0\.0 .*stricter_without_basis\n {2}next: /,
    );
    expect(ran.exit).toBe(1);
  });

  test('a person is not told what is wrong, where, in their language', async () => {
    const holes = JSON.parse(readFileSync(sample('equal'), 'utf8'));
    holes.rows.pop();
    const ran = await huren(['policy', 'check', written('holes.json', JSON.stringify(holes))]);
    expect(ran.stdout).toMatch(/^✗ refused {2}sandbox-440000@1\.0\.0 {2}Guangdong/);
    expect(ran.stdout).toMatch(/uncovered_cells/);
    expect(ran.stdout).toMatch(/not decided: .*status=green/);
    const chinese = await huren(['policy', 'check', '-', '--lang', 'zh'], {}, readFileSync(sample('refused'), 'utf8'));
    expect(chinese.stdout).toMatch(/^✗ 被拒绝/);
    expect(chinese.stdout).toContain('第 0 行');
    expect([ran.exit, chinese.exit]).toEqual([1, 1]);
  });

  test.each([
    ['no JSON', '{', 1, 'policy_invalid'],
    ['another document', '{"id":"x"}', 1, 'policy_invalid'],
    [
      'a row that says a colour is the reason',
      withRow({ when: {}, decision: 'refer', reason: 'red_ground' }),
      1,
      'policy_invalid',
    ],
  ])('%s passes for a policy, or ends in a stack', async (_name, text, exit, code) => {
    const ran = await huren(['policy', 'check', '-'], {}, text);
    expect(ran.exit).toBe(exit);
    expect(ran.stderr).toMatch(new RegExp(`^huren: ${code}: .+\\n {2}next: `));
    expect(ran.stderr).not.toMatch(/^\s+at /m);
  });

  test('a missing file or argument is taken for a bad policy', async () => {
    expect(await huren(['policy', 'check', join(folder, 'nothing.json')])).toMatchObject({ exit: 2 });
    expect(await huren(['policy', 'check'])).toMatchObject({ exit: 2 });
    expect((await huren(['policy', 'diff', '--help'])).stdout).toContain('--baseline');
  });
});

describe('policy diff', () => {
  test('a stricter case is not listed with its basis and its end', async () => {
    const ran = await huren(['policy', 'diff', sample('exception'), '--json']);
    const diff = z
      .looseObject({ stricter: z.array(z.looseObject({})), looser: z.array(z.unknown()) })
      .parse(JSON.parse(ran.stdout));
    expect(diff.looser).toEqual([]);
    expect(diff.stricter).toMatchObject([
      { row: 0, baseline: 'pass', decision: 'refer', exception: { ends_at: '2026-11-15T00:00:00.000Z' } },
    ]);
    expect(ran.exit).toBe(0);
    const human = await huren(['policy', 'diff', sample('exception')]);
    expect(human.stdout).toMatch(
      /stricter +row 0 +pass → refer +\d+ cases\s+venue_kind=airport\|port_of_entry status=green/,
    );
    expect(human.stdout).toContain('ends 2026-11-15');
  });

  test('a looser case is let through, or equality is not seen', async () => {
    const row = { when: { status: ['red'], venue_kind: ['hotel'] }, decision: 'refer', reason: 'policy_exception' };
    const ran = await huren(['policy', 'diff', written('loose.json', withRow(row))]);
    expect(ran.stdout).toMatch(/looser +row 0 +restrict → refer/);
    expect(ran.stderr).toContain('looser_than_minimum');
    expect(ran.exit).toBe(1);
    expect((await huren(['policy', 'diff', sample('equal')])).stdout).toContain('no difference');
  });

  test('another baseline changes nothing', async () => {
    const ran = await huren(['policy', 'diff', sample('equal'), '--baseline', sample('exception'), '--json']);
    expect(JSON.parse(ran.stdout)).toMatchObject({ accepted: true, looser: [], baseline: 'sandbox-460000@1.0.0' });
  });
});
