import { StoreError, type StoreErrorCode } from '../stores/store-error.ts';
import { LogError, type LogErrorCode } from './log-error.ts';

const LOG_CODE_OF: Readonly<Partial<Record<StoreErrorCode, LogErrorCode>>> = {
  locked: 'locked',
  disk_full: 'disk_full',
  damaged: 'corrupt',
  newer_schema: 'newer_schema',
  not_durable: 'not_durable',
  closed: 'closed',
};

/** For `catch`: what a store's fault means for a log. Errors of other kinds pass unchanged. */
export function asLogError(cause: unknown): unknown {
  if (!(cause instanceof StoreError)) return cause;
  return new LogError(LOG_CODE_OF[cause.code] ?? 'unavailable', cause.message, { cause });
}

/** Runs `work` and tells a store's fault as the log's own. */
export async function inLogTerms<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw asLogError(cause);
  }
}
