import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { noOptions, startedWith } from '../program-options.ts';
import { ROOT } from './import-graph.ts';
import { readLock, shippedPackages } from './shipped-packages.ts';

const HELP = `Usage: npm run -s sbom

Writes whose code an installed node runs, as CycloneDX: one JSON object, by npm, from the lock file. Seconds.

Options:
  --help  print this

Exit code: 0 written, that of npm where it cannot, 2 wrong usage.
`;
startedWith(HELP, noOptions);

/*
 * npm writes it of a project that never had packages for development: told to omit those, it leaves out as well whatever they
 * share with the product (zod, for one).
 */

const manifestSchema = z.looseObject({ devDependencies: z.unknown() });

const lock = readLock();
const { devDependencies: _own, ...manifest } = manifestSchema.parse(
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')),
);
const { devDependencies: _locked, ...root } = manifestSchema.parse(lock.packages['']);
const packages = { '': root, ...Object.fromEntries(shippedPackages(lock)) };
const place = mkdtempSync(join(tmpdir(), 'huren-sbom-'));
try {
  // npm calls a project by its folder.
  const folder = join(place, 'huren');
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ ...lock, packages }));
  const argv = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=application'];
  const { status } = spawnSync('npm', argv, { cwd: folder, stdio: 'inherit' });
  process.exitCode = status ?? 1;
} finally {
  rmSync(place, { recursive: true });
}
