import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
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
  /** Runs the command as it is installed with `--omit=optional`. */
  readonly withoutOptional: InstalledPackage['run'];
  readonly command: string;
  readonly remove: () => void;
}

/**
 * Packs the project and installs the tarball with what it depends on and nothing else: a package for
 * development that a node loads is missing there.
 */
export function installTarball(): InstalledPackage {
  const place = mkdtempSync(join(tmpdir(), 'huren-package-'));
  // Whoever plays a container comes through here as another user.
  chmodSync(place, 0o755);
  // Side by side: a package is also looked for in the folders above.
  const [site, bare] = [join(place, 'whole'), join(place, 'bare')];
  // As the package's own step does; the pages are built before the tests.
  execFileSync(process.execPath, ['gateway/client/build.mjs', '--package'], { cwd: ROOT });
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', place];
  const packed = execFileSync('npm', pack, { cwd: ROOT, encoding: 'utf8' });
  const [{ filename, files }] = packedSchema.parse(JSON.parse(packed));
  const tarball = join(place, filename);
  const command = unpack(tarball, site, ({ dependencies, optionalDependencies }) => ({
    ...dependencies,
    ...optionalDependencies,
  }));
  const run = (argv: readonly string[], env = {}) => ran(argv, { cwd: site, env: { ...withoutSettings(), ...env } });
  return {
    site,
    files: files.map(({ path }) => path),
    command,
    run,
    withoutOptional: (argv, env) => run([unpack(tarball, bare, ({ dependencies }) => dependencies), ...argv], env),
    remove: () => rmSync(place, { recursive: true, force: true }),
  };
}

/** Returns the command. */
function unpack(
  tarball: string,
  site: string,
  needed: (manifest: z.infer<typeof manifestSchema>) => Readonly<Record<string, string>>,
): string {
  const installed = join(site, 'node_modules/huren');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')));
  for (const name of Object.keys(needed(manifest))) link(name, site);
  return join(installed, 'gateway/cli/huren.mjs');
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
