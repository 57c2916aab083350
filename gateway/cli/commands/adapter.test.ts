import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAdapterFolder } from '../../../adapters/adapter-folder.ts';
import { type SimulatedTarget, startSimulatedTarget } from '../../../adapters/conformance/simulated-target.ts';
import { conformanceReportSchema } from '../../../schemas/conformance-report.ts';
import { manifestSchema } from '../../../schemas/manifest.ts';
import { scenariosSchema } from '../../../schemas/scenarios.ts';
import { huren } from '../huren.fixture.ts';

const EXAMPLE = join(import.meta.dirname, '../../../adapters/conformance/examples/120000-tianjin');
const INIT = ['--province', '120000', '--driver', 'signed-json', '--name', 'tianjin-jiankangma'];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'huren-adapter-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the example with one text of its manifest replaced everywhere. */
function brokenCopy(name: string, from: string, to: string): string {
  const path = join(folder, name, '120000-tianjin');
  cpSync(EXAMPLE, path, { recursive: true });
  const file = join(path, 'manifest.json');
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(from, to));
  return path;
}

function reportOf(stdout: string) {
  return conformanceReportSchema.parse(JSON.parse(stdout));
}

describe('adapter init', () => {
  test('it writes nothing, or what it writes passes with its blanks', async () => {
    const path = join(folder, '120000-new');
    expect((await huren(['adapter', 'init', path, ...INIT])).exit).toBe(0);
    const checked = await huren(['adapter', 'check', path, '--json']);
    expect(checked.exit).toBe(1);
    expect(new Set(reportOf(checked.stdout).findings.map(({ code }) => code))).toEqual(new Set(['blank_left']));
  });

  test('it writes over a folder that holds something', async () => {
    const path = brokenCopy('kept', '', '');
    const again = await huren(['adapter', 'init', path, ...INIT]);
    expect(again).toMatchObject({ exit: 2, stderr: expect.stringContaining('usage_invalid') });
    expect(readFileSync(join(path, 'manifest.json'))).toEqual(readFileSync(join(EXAMPLE, 'manifest.json')));
  });

  test.each([
    ['--province', '990000'],
    ['--driver', 'telex'],
    ['--name', 'No Spaces'],
  ])('%s %s is taken', async (...wrong) => {
    expect(await huren(['adapter', 'init', join(folder, 'never'), ...INIT, ...wrong])).toMatchObject({ exit: 2 });
  });
});

describe('adapter check', () => {
  test('a sound folder is refused, or its report does not hold to the schema', async () => {
    const { exit, stdout } = await huren(['adapter', 'check', EXAMPLE, '--json']);
    expect(exit).toBe(0);
    expect(reportOf(stdout)).toMatchObject({ province: '120000', level: 'static', passed: true, findings: [] });
  });

  test('a broken folder exits 0, or the table does not name the finding', async () => {
    const path = brokenCopy('swapped', '"to": "green"', '"to": "red"');
    const { exit, stdout } = await huren(['adapter', 'check', path, '--lang', 'zh']);
    expect(exit).toBe(1);
    expect(stdout).toContain('name_contradicts');
    expect(stdout).toContain('状态名称与映射的颜色不符');
    expect(stdout).toContain('“绿码”的含义是绿码（green），却对应到红码（red）');
    expect(stdout).not.toContain('mapped');
  });

  test('a sandbox host passes for production', async () => {
    const { exit, stdout } = await huren(['adapter', 'check', EXAMPLE, '--production', '--json']);
    expect(exit).toBe(1);
    expect(reportOf(stdout).findings.map(({ code }) => code)).toEqual(['sandbox_host']);
  });

  test('a folder that is not there counts as a bad one', async () => {
    expect(await huren(['adapter', 'check', join(folder, 'nowhere')])).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('file_unreadable'),
    });
  });
});

describe('adapter test', () => {
  let upstream: SimulatedTarget;
  beforeAll(async () => {
    const raw = readAdapterFolder(EXAMPLE);
    const manifest = manifestSchema.parse(raw.manifest);
    upstream = await startSimulatedTarget(manifest, scenariosSchema.parse(raw.scenarios), Date.now);
  });
  afterAll(() => upstream.close());

  function accessFile(name: string, secrets: Readonly<Record<string, string>>): string {
    const path = join(folder, name);
    const codes = Object.fromEntries(upstream.target.codes.map(({ code, scenario }) => [scenario.scenario, code]));
    writeFileSync(path, JSON.stringify({ secrets, codes }), { mode: 0o600 });
    return path;
  }

  test('it does not start the simulated upstream by itself, or leaves it running', async () => {
    const { exit, stdout } = await huren(['adapter', 'test', EXAMPLE, '--json']);
    expect(exit).toBe(0);
    expect(reportOf(stdout)).toMatchObject({ level: 'live', passed: true, findings: [], latency: { calls: 60 } });
  });

  test('a system that nothing was held against passes without a word', async () => {
    const path = brokenCopy('undocumented', '', '');
    const file = join(path, 'fixtures/scenarios.json');
    const { exchanges, ...rest } = scenariosSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(exchanges?.length).toBeGreaterThan(0);
    writeFileSync(file, JSON.stringify(rest));
    const { exit, stdout } = await huren(['adapter', 'test', path, '--json']);
    expect(exit).toBe(0);
    expect(reportOf(stdout).findings).toMatchObject([{ code: 'exchange_undocumented', severity: 'warn' }]);
  });

  test('an upstream given by address is not asked', async () => {
    const secrets = accessFile('access.json', upstream.target.secrets);
    const { exit, stdout } = await huren([
      'adapter',
      'test',
      EXAMPLE,
      '--json',
      '--url',
      upstream.origin,
      '--secrets',
      secrets,
    ]);
    expect(reportOf(stdout).findings).toEqual([]);
    expect(exit).toBe(0);
  });

  test('wrong secrets pass, or are printed', async () => {
    const wrong = { ...upstream.target.secrets, app_key: 'not-the-secret-of-this-upstream' };
    const secrets = accessFile('wrong.json', wrong);
    const { exit, stdout, stderr } = await huren([
      'adapter',
      'test',
      EXAMPLE,
      '--url',
      upstream.origin,
      '--secrets',
      secrets,
    ]);
    expect(exit).toBe(1);
    expect(stdout).toContain('live_failed');
    expect(stdout).toContain('error credentials');
    expect(stdout).toContain('scenario green');
    expect(stdout + stderr).not.toContain('not-the-secret-of-this-upstream');
  });

  test('an address without secrets falls back on the simulated upstream', async () => {
    expect(await huren(['adapter', 'test', EXAMPLE, '--url', upstream.origin])).toMatchObject({ exit: 2 });
  });

  test('a folder that fails the static check is tried all the same', async () => {
    const path = brokenCopy('insecure', 'https://', 'http://');
    const { exit, stdout } = await huren(['adapter', 'test', path, '--json']);
    expect(exit).toBe(1);
    expect(reportOf(stdout)).toMatchObject({ level: 'static', passed: false });
  });
});
