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

// Codes of node's resolver and sockets, and SQLSTATE classes 08, 28, 3D and 57. None of these texts quotes an address.
const WHY: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name of the database host is not known (DNS)',
  EAI_AGAIN: 'the name of the database host cannot be looked up now (DNS)',
  ECONNREFUSED: 'nothing listens at the address of the database (connection refused)',
  EHOSTUNREACH: 'no network leads to the database host',
  ETIMEDOUT: 'the database host does not answer in time',
  '28P01': 'the database refuses this user or password',
  '28000': 'the database refuses this user',
  '3D000': 'there is no database of that name',
  '42501': 'this user may not do that in the database (permission denied)',
  '53300': 'the database takes no more connections',
  '57P03': 'the database is starting up or shutting down',
};
const FOR_PEOPLE = new Set(['28P01', '28000', '3D000', '42501']);

/** What an error of `pg` means for a log; the room's own errors pass unchanged, others are `unavailable`. */
export function postgresError(cause: unknown): LogError {
  if (cause instanceof LogError) return cause;
  const state = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const code = (typeof state === 'string' ? CODE_OF_STATE[state] : undefined) ?? 'unavailable';
  const why = typeof state === 'string' ? WHY[state] : undefined;
  return new LogError(code, why ?? `the store failed: ${code}`, { cause });
}

/** Whether a database that could not be reached may be there in a moment: a wrong password or name stays wrong. */
export function isAway({ code, cause }: LogError): boolean {
  const state = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return code === 'unavailable' && !(typeof state === 'string' && FOR_PEOPLE.has(state));
}
