/**
 * Before the tests: finds the servers that they start for real, and installs what is missing with apt where it may. Where it
 * may not, it names exactly what to install, and fails.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CHROMIUM_PLACES } from './chromium-places.ts';

interface Needed {
  readonly program: string;
  readonly debianPackages: readonly string[];
  /** Any of them will do. */
  readonly paths: () => readonly string[];
}

/** Debian keeps HAProxy where only root looks for programs. */
const inPath = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
const byName = (program: string) => () => inPath.map((place) => join(place, program));
const NEEDED: readonly Needed[] = [
  { program: 'redis-server', debianPackages: ['redis-server'], paths: byName('redis-server') },
  {
    program: 'postgres',
    debianPackages: ['postgresql'],
    paths: () => [...inPath, ...postgresPlaces()].map((place) => join(place, 'postgres')),
  },
  { program: 'softhsm2-util', debianPackages: ['softhsm2'], paths: byName('softhsm2-util') },
  { program: 'haproxy', debianPackages: ['haproxy'], paths: byName('haproxy') },
  { program: 'prometheus', debianPackages: ['prometheus'], paths: byName('prometheus') },
  { program: 'promtool', debianPackages: ['prometheus'], paths: byName('promtool') },
  { program: 'chromium', debianPackages: ['chromium', 'fonts-noto-cjk'], paths: () => CHROMIUM_PLACES },
];

const missing = NEEDED.filter((needed) => !isThere(needed));
if (missing.length > 0) install([...new Set(missing.flatMap(({ debianPackages }) => debianPackages))]);
const stillMissing = NEEDED.filter((needed) => !isThere(needed));
if (stillMissing.length > 0) {
  const names = stillMissing.map(({ program }) => program).join(', ');
  const packages = [...new Set(stillMissing.flatMap(({ debianPackages }) => debianPackages))].join(' ');
  process.stderr.write(`The tests need ${names}. On Debian or Ubuntu: sudo apt-get install ${packages}\n`);
  process.exit(1);
}

function isThere({ paths }: Needed): boolean {
  return paths().some(isExecutable);
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
  process.stdout.write(`Installing ${packages.join(', ')} ...\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const update = ['update', '-q'];
  const installThem = ['install', '-y', '-q', '--no-install-recommends', ...packages];
  for (const args of [update, installThem]) spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
}
