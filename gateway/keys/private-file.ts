import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Reads a file, or null where there is none. Any other fault is thrown. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Reads a mounted secret, or null where there is none. A group may read it: Kubernetes gives it to a container's user
 * that way. Throws where anybody may.
 */
export function readMountedSecret(path: string): string | null {
  const text = readIfThere(path);
  if (text !== null && (statSync(path).mode & 0o007) !== 0) {
    throw new Error(`${path} may be read by others: chmod 600, and replace what it holds`);
  }
  return text;
}

/** Writes a file that only its owner may read, whole or not at all, and durable before it returns. */
export function writePrivateFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.draft`;
  const file = openSync(draft, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  chmodSync(draft, 0o600);
  renameSync(draft, path);
}
