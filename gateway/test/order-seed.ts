import { spawnSync } from 'node:child_process';

/** Of a tree without its history, as a package has it. */
const NO_COMMIT = 1;

/**
 * The seed of the order in which the tests of a commit run: the same on every machine, so that what passed here is what
 * another one tries, and what failed there fails here. The next commit has another order, and so every test meets many.
 */
export function orderSeed(folder: string): number {
  const { status, stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: folder, encoding: 'utf8' });
  return status === 0 ? Number.parseInt(stdout.slice(0, 8), 16) : NO_COMMIT;
}
