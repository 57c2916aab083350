import { writeFileSync } from 'node:fs';
import { CliError } from './cli-error.ts';

/** Writes a file that a command was told to write. Throws CliError `file_unreadable`. */
export function writeFile(
  path: string,
  content: string | Uint8Array,
  how: { readonly flush?: boolean; readonly mode?: number } = {},
): void {
  try {
    writeFileSync(path, content, how);
  } catch {
    throw CliError.of('file_unreadable', { zh: `无法写入 ${path}`, en: `${path} cannot be written` });
  }
}
