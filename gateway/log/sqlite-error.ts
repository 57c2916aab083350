import { LogError, type LogErrorCode } from './log-error.ts';

// SQLite's primary result codes (sqlite.org/rescode.html).
const CODE_OF_RESULT: Readonly<Record<number, LogErrorCode>> = {
  5: 'locked',
  6: 'locked',
  11: 'corrupt',
  13: 'disk_full',
  19: 'corrupt',
  20: 'corrupt',
  26: 'corrupt',
};

/** What an error of node:sqlite means for a log; the room's own errors pass unchanged, others are `unavailable`. */
export function sqliteError(cause: unknown): LogError {
  if (cause instanceof LogError) return cause;
  const code = CODE_OF_RESULT[primaryResult(cause)] ?? 'unavailable';
  return new LogError(code, `the store failed: ${code}`, { cause });
}

function primaryResult(cause: unknown): number {
  const detail = cause instanceof Error && 'errcode' in cause ? cause.errcode : undefined;
  // The low byte is the primary code, the rest its extension.
  return typeof detail === 'number' ? detail & 0xff : -1;
}
