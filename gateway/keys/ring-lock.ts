import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { KeyError } from './key-error.ts';

const ATTEMPTS = 250;
const PAUSE_MS = 20;
/** SQLite's primary result code for a lock that somebody else holds (sqlite.org/rescode.html). */
const SQLITE_BUSY = 5;

/**
 * Acts while no other process, and no other caller in this one, holds the lock of that name. It is SQLite's lock on a
 * file of its own, and so the kernel's: a holder that dies has let go of it, and there is no stale lock that two waiters
 * could both take for theirs. The file stays, because removing it would open that very gap. Throws KeyError
 * `key_file_busy`.
 */
export async function holdingLock<T>(path: string, act: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    await take(lock, path);
    return await act();
  } finally {
    lock.close();
  }
}

async function take(lock: DatabaseSync, path: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (tryTake(lock)) return;
    await delay(PAUSE_MS);
  }
  throw new KeyError('key_file_busy', `${path} is held by another process`);
}

function tryTake(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
    if (typeof code === 'number' && (code & 0xff) === SQLITE_BUSY) return false;
    throw error;
  }
}
