/**
 * Before the tests: builds the pages, finds the servers that they start for real, and installs what is missing with apt where it may.
 * Where it may not, it names exactly what to install, and fails.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import '../web/build.mjs';

interface Needed {
  readonly program: string;
  readonly debianPackages: readonly string[];
  readonly places: readonly string[];
}

const inPath = (process.env['PATH'] ?? '').split(delimiter);
const NEEDED: readonly Needed[] = [
  { program: 'redis-server', debianPackages: ['redis-server'], places: [...inPath, '/usr/bin'] },
  { program: 'postgres', debianPackages: ['postgresql'], places: [...inPath, ...postgresPlaces()] },
  { program: 'softhsm2-util', debianPackages: ['softhsm2'], places: [...inPath, '/usr/bin'] },
  { program: 'haproxy', debianPackages: ['haproxy'], places: [...inPath, '/usr/sbin'] },
  { program: 'prometheus', debianPackages: ['prometheus'], places: [...inPath, '/usr/bin'] },
  { program: 'promtool', debianPackages: ['prometheus'], places: [...inPath, '/usr/bin'] },
  { program: 'chromium', debianPackages: ['chromium', 'fonts-noto-cjk'], places: [...inPath, '/usr/bin'] },
];

const missing = NEEDED.filter((needed) => !isThere(needed));
if (missing.length > 0) {
  const packages = [...new Set(missing.flatMap(({ debianPackages }) => debianPackages))];
  process.stdout.write(`Installing ${packages.join(', ')} ...\n`);
  install(packages);
}
const stillMissing = NEEDED.filter(
  (needed) => !isThere({ ...needed, places: [...needed.places, ...postgresPlaces()] }),
);
if (stillMissing.length > 0) {
  const names = stillMissing.map(({ program }) => program).join(', ');
  const packages = [...new Set(stillMissing.flatMap(({ debianPackages }) => debianPackages))].join(' ');
  process.stderr.write(`The tests need ${names}. On Debian or Ubuntu: sudo apt-get install ${packages}\n`);
  process.exit(1);
}

function isThere({ program, places }: Needed): boolean {
  return places.some((place) => isExecutable(join(place, program)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Debian keeps a version's programs outside the PATH. */
function postgresPlaces(): string[] {
  const root = '/usr/lib/postgresql';
  try {
    return readdirSync(root).map((version) => join(root, version, 'bin'));
  } catch {
    return [];
  }
}

function install(packages: readonly string[]): void {
  if (process.getuid?.() !== 0 || !inPath.some((place) => isExecutable(join(place, 'apt-get')))) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const update = ['update', '-q'];
  const installThem = ['install', '-y', '-q', '--no-install-recommends', ...packages];
  for (const args of [update, installThem]) spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
}
