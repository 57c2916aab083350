import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { read } from './documented.ts';
import { freePort } from './free-port.ts';
import { ROOT } from './import-graph.ts';
import { killAtExit } from './kill-at-exit.ts';
import { type InstalledPackage, installTarball } from './package.fixture.ts';
import { RUN_VECTORS, USE_EVERYTHING } from './package-programs.ts';
import { compileAgainst } from './pasted-page.ts';
import { PATIENCE_MS } from './patience.ts';
import { readLock } from './shipped-packages.ts';

const PRETEND_OLD =
  'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.20.2"}})';
const ENTRIES = ['client', 'verify', 'log', 'federation'];
const manifestSchema = z.object({
  dependencies: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});
const bomSchema = z.object({
  bomFormat: z.string(),
  components: z.array(z.object({ name: z.string(), version: z.string() })),
});
const WITH_BLANKS = '350000-blanks';
/** What scans the codes of an added province, and how that ends. */
const STEP_5 = /`npm run -s huren -- (demo --province 120000)`.* it ends with `([^`]+)`/;
const WITHIN = { timeout: PATIENCE_MS, interval: 200 };

let installed: InstalledPackage;
beforeAll(() => {
  installed = installTarball();
});
afterAll(() => installed.remove());

describe('the tarball', () => {
  test.each([
    'deploy/RUNBOOK.md',
    'deploy/prometheus/service.yaml',
    'deploy/grafana/huren.json',
    'CHANGELOG.md',
    'LICENSE',
    'dist/gateway/web/dist/manifest.json',
    'dist/schemas/generated/openapi.json',
    'dist/schemas/vectors/log/proofs.json',
  ])('lacks %s', (path) => {
    expect(installed.files).toContain(path);
  });

  test('has tests, the benchmark or TypeScript in it, which nobody could run there', () => {
    const useless = /\.test\.|\.fixture\.|\.contract\.|gateway\/(?:test|bench)\/|(?<!\.d)\.tsx?$/;
    expect(installed.files.filter((path) => useless.test(path) && !path.endsWith('.test.yaml'))).toEqual([]);
  });
});

describe('somebody else’s code', () => {
  const printed = (program: string) => {
    const ran = spawnSync(process.execPath, [`gateway/test/${program}`], { cwd: ROOT, encoding: 'utf8' });
    expect([ran.status, ran.stderr]).toEqual([0, '']);
    return ran.stdout;
  };

  test('comes along under terms that nobody has looked at', () => {
    expect(printed('licences.ts')).toMatch(/\n\d+ packages, \d+ licences\n$/);
  });

  test('comes along and is not in the bill of materials, or is there twice', () => {
    const { bomFormat, components } = bomSchema.parse(JSON.parse(printed('sbom.ts')));
    const named = components.map(({ name, version }) => `${name}@${version}`);
    expect([bomFormat, named.length]).toEqual(['CycloneDX', new Set(named).size]);
    const { dependencies, optionalDependencies, devDependencies } = manifestSchema.parse(
      JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')),
    );
    const own = Object.entries({ ...dependencies, ...optionalDependencies }).map((pinned) => pinned.join('@'));
    expect(own.filter((pinned) => !named.includes(pinned))).toEqual([]);
    const names = new Set(components.map(({ name }) => name));
    // By the lock file, and not by what npm makes of it: each one's own are there as well.
    const { packages } = readLock();
    const below = components.flatMap(({ name }) => Object.keys(packages[`node_modules/${name}`]?.dependencies ?? {}));
    expect(below.filter((name) => !names.has(name))).toEqual([]);
    expect(Object.keys(devDependencies).filter((name) => names.has(name))).toEqual([]);
  });
});

describe('the installed command', () => {
  test('an old Node without a pinned one fails in many lines', async () => {
    const alone = mkdtempSync(join(tmpdir(), 'huren-alone-'));
    copyFileSync(installed.command, join(alone, 'huren.mjs'));
    const ran = await installed.run(['--import', PRETEND_OLD, join(alone, 'huren.mjs'), '--version']);
    rmSync(alone, { recursive: true });
    expect(ran.stderr).toMatch(/^huren: node_too_old: Node 24\.12 .+ 20\.20\.2.+\n$/);
    expect(ran.exit).toBe(1);
  });

  test('does not start below node_modules, or loses the exit code', async () => {
    const good = await installed.run([installed.command, '--version']);
    expect(good).toEqual({ exit: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' });
    const wrong = await installed.run([installed.command, 'scan']);
    expect([wrong.exit, wrong.stderr.split('\n')[0]]).toEqual([
      2,
      "huren: usage_invalid: missing required argument 'code', or --file: one of the two",
    ]);
  });

  test.runIf(process.platform === 'linux')('an old Node does not find the pinned one', async () => {
    const ran = await installed.run(['--import', PRETEND_OLD, installed.command, '--version']);
    expect([ran.exit, ran.stderr]).toEqual([0, '']);
  });

  test('simulations without what they alone need end in a stack, or do not name it', async () => {
    const ran = await installed.withoutOptional(['serve', '--sandbox'], { HUREN_PORT: '0' });
    expect(ran.stderr).toMatch(/^huren: config_invalid: .+ oidc-provider, .+ --omit=optional\n {2}next: .+\n$/);
    expect(ran.exit).toBe(2);
  });

  test('a gateway with its simulated provinces does not start, its printed scan does not run, or it leaves out a province that was added as CONTRIBUTING.md says', async () => {
    const port = await freePort();
    const env = { HUREN_PORT: String(port), HUREN_DATA_DIR: join(installed.site, 'data'), HUREN_LOG_LEVEL: 'warn' };
    await addProvinces();
    const gateway = spawn(process.execPath, [installed.command, 'serve', '--sandbox'], {
      cwd: installed.site,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    killAtExit(gateway);
    let said = '';
    for (const stream of [gateway.stdout, gateway.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        said += chunk;
      });
    }
    await vi.waitFor(() => expect(said).toMatch(/Ctrl-C stops everything|停止/), WITHIN);
    const [, code = ''] = /huren scan '([^']+)'/.exec(said) ?? [];
    const asked = { HUREN_URL: `http://127.0.0.1:${port}`, HUREN_DATA_DIR: env.HUREN_DATA_DIR };
    const scan = await installed.run([installed.command, 'scan', code, '--json'], asked);
    expect(JSON.parse(scan.stdout)).toMatchObject({ decision: 'pass', verified: true });
    const page = await fetch(`http://127.0.0.1:${port}/scan`);
    expect(page.status).toBe(200);
    const [, command = '', ends = ''] = STEP_5.exec(read('CONTRIBUTING.md').replaceAll('\n', ' ')) ?? [];
    const demo = await installed.run([installed.command, ...command.split(' '), '--lang', 'en'], asked);
    expect([demo.exit, demo.stdout.trimEnd().split('\n').at(-1)]).toEqual([0, ends]);
    const left = said.split('\n').filter((line) => line.includes('stays out of use'));
    expect(left).toEqual([expect.stringContaining(WITH_BLANKS)]);
    gateway.kill('SIGTERM');
    await vi.waitFor(() => expect(gateway.exitCode).not.toBeNull(), WITHIN);
  });
});

/** Beside those that ship: the finished Tianjin, and a folder that still has its blanks. */
async function addProvinces(): Promise<void> {
  const provinces = join(installed.site, 'node_modules/huren/dist/adapters/provinces');
  cpSync(join(ROOT, 'adapters/conformance/examples/120000-tianjin'), join(provinces, '120000-tianjin'), {
    recursive: true,
  });
  const argv = ['adapter', 'init', join(provinces, WITH_BLANKS), '--province', '350000', '--driver', 'tif'];
  expect((await installed.run([installed.command, ...argv, '--name', 'blanks'])).exit).toBe(0);
}

describe('what the package exports', () => {
  const compiled = (entry: string) => join(installed.site, 'node_modules/huren/dist/gateway/client', entry);

  test('has no types, or some that a compiler refuses', () => {
    expect(compileAgainst(installed.site, USE_EVERYTHING)).toBe('');
  });

  test.each(ENTRIES)('huren/%s needs more than a browser has', (entry) => {
    expect(nodeModulesReached(`${compiled(entry)}.js`)).toEqual([]);
  });

  test('does not judge the published vectors as they say', async () => {
    writeFileSync(join(installed.site, 'vectors.mjs'), RUN_VECTORS);
    const ran = await installed.run(['vectors.mjs']);
    expect(ran.stderr).toBe('');
    const judged = { chains: 13, inclusion: 10, consistency: 6, checkpoints: 5, answers: 172 };
    expect(JSON.parse(ran.stdout)).toEqual({ wrong: [], ...judged });
  });
});

/** Modules of node that a compiled file imports, itself or by what it imports of ours. */
function nodeModulesReached(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const named = [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s+'([^']+)'/g)].map(([, name = '']) => name);
  return named.flatMap((name) => {
    if (name.startsWith('node:')) return [`${file}: ${name}`];
    return name.startsWith('.') ? nodeModulesReached(join(dirname(file), name), seen) : [];
  });
}
