import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Ran } from '../cli/huren.fixture.ts';
import { ROOT } from './import-graph.ts';

const manifestSchema = z.object({
  dependencies: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()),
});
const packedSchema = z.tuple([
  z.object({ filename: z.string(), files: z.array(z.object({ path: z.string(), size: z.number() })) }),
]);

/** The packed tarball, unpacked where `npm install` would have put it. */
export interface InstalledPackage {
  /** Whose node_modules it is in. */
  readonly site: string;
  /** Every file of the tarball. */
  readonly files: readonly string[];
  /** Runs the installed command, or the same Node with anything else. */
  readonly run: (argv: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Ran>;
  readonly command: string;
  readonly remove: () => void;
}

/**
 * Packs the project and installs the tarball with what it depends on and nothing else: a package for
 * development that a node loads is missing there.
 */
export function installTarball(): InstalledPackage {
  const site = mkdtempSync(join(tmpdir(), 'huren-package-'));
  // As the package's own step does; the pages are built before the tests.
  execFileSync(process.execPath, ['gateway/client/build.mjs', '--package'], { cwd: ROOT });
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', site];
  const packed = execFileSync('npm', pack, { cwd: ROOT, encoding: 'utf8' });
  const [{ filename, files }] = packedSchema.parse(JSON.parse(packed));
  const installed = join(site, 'node_modules/huren');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(site, filename), '-C', installed, '--strip-components=1']);
  const { dependencies, optionalDependencies } = manifestSchema.parse(
    JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')),
  );
  const named = [...Object.keys(dependencies), ...Object.keys(optionalDependencies)];
  for (const name of named) link(name, site);
  const command = join(installed, 'gateway/cli/huren.mjs');
  return {
    site,
    files: files.map(({ path }) => path),
    command,
    run: (argv, env = {}) => ran(argv, { cwd: site, env: { ...withoutSettings(), ...env } }),
    remove: () => rmSync(site, { recursive: true, force: true }),
  };
}

function link(name: string, site: string): void {
  const place = join(site, 'node_modules', name);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules', name), place);
}

function withoutSettings(): Record<string, string> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(HUREN_|LC_|LANG|npm_|NODE_)/.test(name));
  return Object.fromEntries(inherited.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function ran(
  argv: readonly string[],
  options: { readonly cwd: string; readonly env: Record<string, string> },
): Promise<Ran> {
  const child = spawn(process.execPath, argv, options);
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
    });
  }
  return new Promise((done) => child.once('close', (exit) => done({ exit, ...text })));
}
