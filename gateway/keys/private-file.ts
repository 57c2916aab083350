import {
  chmodSync,
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { KeyError } from './key-error.ts';

const GROUP_AND_OTHERS = 0o077;
const OTHERS = 0o007;

/** Reads a file, or null where there is none. Any other fault is thrown. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isAbsence(error)) return null;
    throw error;
  }
}

/**
 * Reads a file that holds a secret, or null where there is none. Refuses one that anybody but its owner may read: what
 * others could read may be in other hands already, and going on would hide that. Throws KeyError `key_file_exposed`,
 * `key_file_unreadable`; the path is named and nothing is quoted.
 */
export function readPrivateFile(path: string): string | null {
  return readGuarded(path, GROUP_AND_OTHERS);
}

/** The same for a mounted secret, which a group may read: Kubernetes gives it to a container's user that way. */
export function readMountedSecret(path: string): string | null {
  return readGuarded(path, OTHERS);
}

/** Writes a file that only its owner may read, whole or not at all, and durable before it returns. */
export function writePrivateFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.draft`;
  const file = openSync(draft, 'w', 0o600);
  try {
    // All of it: a single write may leave off in the middle where the disk is full, and says so by a number alone.
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  chmodSync(draft, 0o600);
  renameSync(draft, path);
  syncFolder(dirname(path));
}

/** For a folder in which a file was renamed. Without it a power cut can bring the old name back, and with it what the file held before. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function readGuarded(path: string, refused: number): string | null {
  const file = openIfThere(path);
  if (file === null) return null;
  try {
    // The open file is asked, not the path: nobody can change what stands there between the question and the reading.
    if ((fstatSync(file).mode & refused) !== 0) {
      throw new KeyError('key_file_exposed', `${path} may be read by others: chmod 600, and replace what it holds`);
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw error instanceof KeyError ? error : unreadable(path, error);
  } finally {
    closeSync(file);
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (isAbsence(error)) return null;
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): KeyError {
  const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return new KeyError('key_file_unreadable', `${path} cannot be read (${why})`);
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
