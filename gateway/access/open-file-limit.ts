import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import type { Degraded } from '../../schemas/readiness.ts';

/** A venue's connection, one to an upstream, and files: below this a small surge already ends in refused connections. */
export const NEEDED_OPEN_FILES = 1_024;

/** Files and connections that this process may have open at once (`ulimit -n`); null where the system does not say. */
export function limitOnOpenFiles(limits: () => string = ownLimits): number | null {
  try {
    const [, soft] = /^Max open files\s+(\d+|unlimited)\s/m.exec(limits()) ?? [];
    if (soft === undefined) return null;
    return soft === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(soft);
  } catch {
    return null;
  }
}

/** What readiness says of a limit that is too low: the process answers, but not many at once. */
export function degradedByOpenFiles(limit: number | null = LIMIT_AT_START): Extract<Degraded, { resource: unknown }>[] {
  if (limit === null || limit >= NEEDED_OPEN_FILES) return [];
  return [{ resource: 'open_files', limit, needed: NEEDED_OPEN_FILES }];
}

/** One line at start. Running out shows only as connections that fail, which nobody would trace to a limit. */
export function logOpenFiles(log: Logger): void {
  for (const { limit, needed } of degradedByOpenFiles()) {
    log.warn({ limit, needed }, 'the limit on open files is too low: raise it with ulimit -n, LimitNOFILE or --ulimit');
  }
}

/** Linux tells it there; elsewhere nobody does. */
function ownLimits(): string {
  return readFileSync('/proc/self/limits', 'utf8');
}

const LIMIT_AT_START = limitOnOpenFiles();
