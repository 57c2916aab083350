import { closeSync, fchmodSync, fstatSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncFolder } from '../keys/private-file.ts';
import { CliError } from './cli-error.ts';

/** Writes a file that a command was told to write. Throws CliError `file_unreadable`. */
export function writeFile(
  path: string,
  content: string | Uint8Array,
  how: { readonly flush?: boolean; readonly mode?: number } = {},
): void {
  try {
    const file = openSync(path, 'w', how.mode);
    try {
      // One that was there keeps the mode it had. It is empty by now; a device is everybody's and stays so.
      if (how.mode !== undefined && fstatSync(file).isFile()) fchmodSync(file, how.mode);
      writeFileSync(file, content, { flush: how.flush === true });
    } finally {
      closeSync(file);
    }
  } catch {
    throw CliError.of('file_unreadable', { zh: `无法写入 ${path}`, en: `${path} cannot be written` });
  }
}

/**
 * Puts a text where another one was kept, whole or not at all, and durable before it returns: where there is no room the
 * one before stays. Throws CliError `file_unreadable`.
 */
export function replaceFile(path: string, text: string): void {
  const draft = `${path}.${process.pid}.draft`;
  try {
    writeFile(draft, text, { flush: true });
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
  syncFolder(dirname(path));
}
