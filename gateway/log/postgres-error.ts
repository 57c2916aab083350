import { LogError, type LogErrorCode } from './log-error.ts';

// PostgreSQL's SQLSTATE codes (appendix A of its manual). 23505: a row already lies beyond the head.
const CODE_OF_STATE: Readonly<Record<string, LogErrorCode>> = {
  '53100': 'disk_full',
  '23502': 'corrupt',
  '23505': 'corrupt',
  '23514': 'corrupt',
  '42P01': 'corrupt',
  '42703': 'corrupt',
  XX001: 'corrupt',
  XX002: 'corrupt',
};

/** What an error of `pg` means for a log; the room's own errors pass unchanged, others are `unavailable`. */
export function postgresError(cause: unknown): LogError {
  if (cause instanceof LogError) return cause;
  const state = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const code = (typeof state === 'string' ? CODE_OF_STATE[state] : undefined) ?? 'unavailable';
  return new LogError(code, `the store failed: ${code}`, { cause });
}
