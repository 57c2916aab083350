import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { noOptions, startedWith } from '../program-options.ts';
import { ROOT } from './import-graph.ts';
import { InstalledSite, installByNpm } from './installed-site.ts';
import { USE_EVERYTHING } from './package-programs.ts';
import { compileAgainst } from './pasted-page.ts';

const HELP = `Usage: npm run package-check

Packs the package as npm publish would, has npm install it in two empty folders, with and without its optional packages, and
uses it there as a stranger does: under the machine's own Node where that is enough. What npm has fetched before is not fetched
again. Within two minutes; tests try the tarball without npm.

Options:
  --help  print this

Exit code: 0 the package works as installed, 1 something is not as it should be, 2 wrong usage.
`;
startedWith(HELP, noOptions);

const packedSchema = z.tuple([z.object({ filename: z.string() })]);
const manifestSchema = z.object({
  version: z.string(),
  dependencies: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()),
});
const sbomSchema = z.object({ components: z.array(z.object({ name: z.string() })) });

const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
const place = mkdtempSync(join(tmpdir(), 'huren-package-check-'));
const startedMs = performance.now();
let failed = 0;
try {
  const tarball = packed();
  const whole = new InstalledSite(made('whole'), null);
  await holds('npm installs the tarball in an empty folder', () => installByNpm(whole.folder, tarball));
  await usedAsInstalled('installed', whole);
  await holds('the bill of materials names every package that was installed', () => notInSbom(whole));
  const bare = new InstalledSite(made('bare'), process.execPath);
  const omitted = 'without optional packages';
  await holds(`npm installs it ${omitted}`, () => installByNpm(bare.folder, tarball, '--omit=optional'));
  await holds(`${omitted}: none of them is there`, () => optionalIn(bare).join());
  await usedAsInstalled(omitted, bare);
  await holds(`${omitted}: serve --sandbox names the package to install`, () => bare.refusesSandbox());
  await holds(`${omitted}: a node serves, and ends when it is told to`, () => bare.serves());
} finally {
  rmSync(place, { recursive: true, force: true });
}
const tookS = ((performance.now() - startedMs) / 1000).toFixed(0);
process.stdout.write(
  failed === 0 ? `the package works as installed (${tookS} s)\n` : `${failed} faults (${tookS} s)\n`,
);
process.exit(failed === 0 ? 0 : 1);

async function usedAsInstalled(how: string, site: InstalledSite): Promise<void> {
  await holds(`${how}: huren says its version`, () => site.saysVersion(manifest.version));
  await holds(`${how}: config check tells what is missing, and nothing else`, () => site.checksSettings());
  await holds(`${how}: huren verify judges vectors of answers`, () => site.verifiesAnswers());
  await holds(`${how}: the modules judge every vector of the exports map`, () => site.judgesVectors());
  await holds(`${how}: the four modules are imported with types`, () => compileAgainst(site.folder, USE_EVERYTHING));
}

/** One line for each check: `fault` gives an empty text where all is well. */
async function holds(what: string, fault: () => string | Promise<string>): Promise<void> {
  const found = await Promise.resolve()
    .then(fault)
    .catch((error: unknown) => String(error));
  process.stdout.write(`${found === '' ? '✓' : '✗'} ${what}\n`);
  if (found === '') return;
  failed += 1;
  process.stdout.write(`    ${found}\n`);
}

function packed(): string {
  const argv = ['pack', '--json', '--loglevel=error', '--pack-destination', place];
  const { stdout, stderr } = spawnSync('npm', argv, { cwd: ROOT, encoding: 'utf8' });
  // What the package's own steps print comes first.
  const [document = stderr] = /^\[\n[\s\S]*/m.exec(stdout) ?? [];
  const [{ filename }] = packedSchema.parse(JSON.parse(document));
  return join(place, filename);
}

function made(name: string): string {
  const folder = join(place, name);
  mkdirSync(folder);
  return folder;
}

function notInSbom(site: InstalledSite): string {
  const { stdout } = spawnSync(process.execPath, ['gateway/test/sbom.ts'], { cwd: ROOT, encoding: 'utf8' });
  const named = new Set(sbomSchema.parse(JSON.parse(stdout)).components.map(({ name }) => name));
  return site
    .packages()
    .filter((name) => name !== 'huren' && !named.has(name))
    .join();
}

function optionalIn(site: InstalledSite): string[] {
  const optional = Object.keys(manifest.optionalDependencies);
  return readdirSync(join(site.folder, 'node_modules')).filter((name) => optional.includes(name));
}
