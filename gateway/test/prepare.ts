/**
 * Before the tests: finds the servers that they start for real, and installs what is missing with apt where it may, having said
 * what. Where it may not (`INSTALL_FOR_TESTS=never`, no root, no apt) it names exactly what to install, and fails.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { NEEDED_PROGRAMS, type NeededProgram } from './needed-programs.ts';

/** Debian keeps HAProxy where only root looks for programs, and a version's PostgreSQL in a place of its own. */
const searched = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', ...postgresPlaces()];

const missing = NEEDED_PROGRAMS.filter((needed) => !isThere(needed));
if (missing.length > 0) install([...new Set(missing.flatMap(({ debianPackages }) => debianPackages))]);
const stillMissing = NEEDED_PROGRAMS.filter((needed) => !isThere(needed));
if (stillMissing.length > 0) {
  const names = stillMissing.map(({ program }) => program).join(', ');
  const packages = [...new Set(stillMissing.flatMap(({ debianPackages }) => debianPackages))].join(' ');
  process.stderr.write(`The tests need ${names}. On Debian or Ubuntu: sudo apt-get install ${packages}\n`);
  process.exit(1);
}

function isThere({ program, paths }: NeededProgram): boolean {
  return (paths ?? searched.map((place) => join(place, program))).some(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function postgresPlaces(): string[] {
  const root = '/usr/lib/postgresql';
  try {
    return readdirSync(root).map((version) => join(root, version, 'bin'));
  } catch {
    return [];
  }
}

function install(packages: readonly string[]): void {
  const mayInstall = process.env['INSTALL_FOR_TESTS'] !== 'never' && process.getuid?.() === 0;
  if (!mayInstall || !searched.some((place) => isExecutable(join(place, 'apt-get')))) return;
  process.stdout.write(
    `Installing with apt-get, for the tests: ${packages.join(', ')} (INSTALL_FOR_TESTS=never leaves that to you)\n`,
  );
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const update = ['update', '-q'];
  const installThem = ['install', '-y', '-q', '--no-install-recommends', ...packages];
  for (const args of [update, installThem]) spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
}
