import { chmodSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
/** Several times what a whole run has on its disk at once. */
const NEEDED_BYTES = 2 ** 31;

/**
 * A folder for whatever the tests write, gone with this process: in memory where there is room. Registries, key files
 * and databases write through to the disk at every step, and waiting for a disk is a good part of a run.
 */
export function folderOfRun(): string {
  const folder = mkdtempSync(join(process.env['TMPDIR'] ?? (hasRoom() ? MEMORY : tmpdir()), 'huren-tests-'));
  // PostgreSQL runs as another user, who has to get through to the folder that is its own.
  chmodSync(folder, 0o711);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= NEEDED_BYTES && mayRunPrograms();
  } catch {
    return false;
  }
}

/** Containers often mount it without: what is installed below it could not be loaded then. */
function mayRunPrograms(): boolean {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  const [, , , options = 'noexec'] = mounts.findLast((line) => line.split(' ')[1] === MEMORY)?.split(' ') ?? [];
  return !options.split(',').includes('noexec');
}
