import { StoreError, type StoreErrorCode } from './store-error.ts';

// SQLite's result codes (sqlite.org/rescode.html). 778: a write that the system refused for lack of room.
const FAULT_OF_RESULT: Readonly<Record<number, StoreErrorCode>> = {
  3: 'unwritable',
  5: 'locked',
  6: 'locked',
  8: 'unwritable',
  11: 'damaged',
  13: 'disk_full',
  14: 'unwritable',
  19: 'damaged',
  20: 'damaged',
  26: 'damaged',
  778: 'disk_full',
};

/** What an error of node:sqlite means for a store. Anything that is not known here is `unavailable`. */
export function sqliteError(cause: unknown, path: string): StoreError {
  const result = cause instanceof Error && 'errcode' in cause ? cause.errcode : undefined;
  if (typeof result !== 'number') return new StoreError('unavailable', path, { cause });
  // The low byte is the primary code, the rest its extension.
  const fault = FAULT_OF_RESULT[result] ?? FAULT_OF_RESULT[result & 0xff] ?? 'unavailable';
  return new StoreError(fault, path, { cause });
}
