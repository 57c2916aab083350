import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from './import-graph.ts';
import { readLock, shippedPackages } from './shipped-packages.ts';

/*
 * npm run sbom
 * Whose code an installed node runs, as CycloneDX. npm writes it, of a project that never had packages for development:
 * told to omit those, it leaves out as well whatever they share with the product (zod, for one).
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
