import { ownMember } from '../../schemas/own-member.ts';
import { StoreError, type StoreErrorCode } from './store-error.ts';

// What the system says of a connection, and PostgreSQL's SQLSTATE codes (appendix A of its manual). A constraint or a
// table that is not as we made it: somebody else wrote there.
const FAULT_OF_CODE: Readonly<Record<string, StoreErrorCode>> = {
  ENOTFOUND: 'host_unknown',
  EAI_AGAIN: 'host_unknown',
  ECONNREFUSED: 'connection_refused',
  ETIMEDOUT: 'timeout',
  '28000': 'password_refused',
  '28P01': 'password_refused',
  '3D000': 'database_missing',
  '53300': 'too_many_connections',
  '53100': 'disk_full',
  '57014': 'timeout',
  '55P03': 'timeout',
  '25006': 'unwritable',
  '42501': 'unwritable',
  '23502': 'damaged',
  '23505': 'damaged',
  '23514': 'damaged',
  '42P01': 'damaged',
  '42703': 'damaged',
  XX001: 'damaged',
  XX002: 'damaged',
};

/** What an error of `pg` means for a store. Anything that is not known here is `unavailable`. */
export function postgresError(cause: unknown): StoreError {
  return new StoreError(faultOf(cause), 'the database', { cause });
}

function faultOf(cause: unknown): StoreErrorCode {
  if (!(cause instanceof Error)) return 'unavailable';
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  if (code !== undefined) return ownMember(FAULT_OF_CODE, code) ?? 'unavailable';
  // `pg` gives its own timeouts no code.
  return /timeout/.test(cause.message) ? 'timeout' : 'unavailable';
}
