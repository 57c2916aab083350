import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from './import-graph.ts';

const lockedSchema = z.looseObject({
  version: z.string().optional(),
  license: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  devOptional: z.boolean().optional(),
});
const lockSchema = z.looseObject({ packages: z.record(z.string(), lockedSchema) });

/** The lock file. A package's key is where it lies (`node_modules/a/node_modules/b`); the project's own is empty. */
export type Lock = z.infer<typeof lockSchema>;

/** Reads the project's lock file. */
export function readLock(): Lock {
  return lockSchema.parse(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')));
}

/**
 * Entries of what an installation runs, those of optional packages included. What such a package shares with one for
 * development (`devOptional`) comes along with it.
 */
export function shippedPackages({ packages }: Lock): [path: string, locked: Lock['packages'][string]][] {
  return Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
}

/** What is imported of a package that lies there. */
export function packageName(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}
