import { setTimeout as delay } from 'node:timers/promises';
import { LogError } from '../log/log-error.ts';
import { StoreError, type StoreErrorCode } from '../stores/store-error.ts';

/** A wrong password, a missing database or a damaged one stays what it is; these may be over in a moment. */
const PASSING = new Set<StoreErrorCode>([
  'host_unknown',
  'connection_refused',
  'too_many_connections',
  'timeout',
  'unavailable',
]);
const WITHIN_MS = 30_000;
const AGAIN_MS = 1_000;

interface Patience {
  /** Whether a fault may be over in a moment. */
  readonly isAway: (error: unknown) => boolean;
  /** What is waited for, for people. */
  readonly what: string;
  readonly withinMs?: number;
  readonly tell?: (line: string) => void;
}

/** Whether the log's database may be there in a moment. */
export function isAway(error: unknown): boolean {
  return error instanceof LogError && error.cause instanceof StoreError && PASSING.has(error.cause.code);
}

/**
 * Opens what another machine has to provide. While that is away it is tried again, with a line on stderr each time that
 * the reason changes, since machines that start together are not ready together. Throws the last fault when time is up.
 */
export async function openWithin<T>(open: () => Promise<T>, patience: Patience): Promise<T> {
  const { isAway, what, withinMs = WITHIN_MS, tell = console.error } = patience;
  const endMs = performance.now() + withinMs;
  for (let told = ''; ; ) {
    try {
      return await open();
    } catch (error) {
      if (!isAway(error) || performance.now() + AGAIN_MS > endMs) throw error;
      const why = error instanceof Error ? error.message : 'unknown';
      if (why !== told)
        tell(`huren: waiting up to ${Math.round((endMs - performance.now()) / 1000)} s for ${what}: ${why}`);
      told = why;
      await delay(AGAIN_MS);
    }
  }
}
