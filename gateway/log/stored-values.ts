import { LogError } from './log-error.ts';

/** A byte string as a database gave it. `corrupt` when the column holds anything else. */
export function storedBytes(value: unknown): Uint8Array {
  // A copy: drivers hand out views into larger read buffers, which would be kept alive by every entry.
  if (value instanceof Uint8Array) return new Uint8Array(value);
  throw new LogError('corrupt', 'a stored value is not a byte string');
}

/** A count as a database gave it: SQLite gives numbers, PostgreSQL decimal text. `corrupt` otherwise. */
export function storedCount(value: unknown): number {
  const count = typeof value === 'string' && /^[0-9]{1,16}$/.test(value) ? Number(value) : value;
  if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) return count;
  throw new LogError('corrupt', 'a stored value is not a count');
}

/** A text as a database gave it. `corrupt` otherwise. */
export function storedText(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new LogError('corrupt', 'a stored value is not text');
}
