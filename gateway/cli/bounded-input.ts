import { closeSync, openSync, readSync } from 'node:fs';
import { readTextUpTo } from '../../schemas/bounded-bytes.ts';
import { CliError } from './cli-error.ts';

/** The text of a file of at most `maxBytes`; `missing` or `too_large` where there is none such. Throws CliError. */
export function readBoundedFile(path: string, maxBytes: number): { readonly text: string } | 'missing' | 'too_large' {
  try {
    const file = openSync(path, 'r');
    try {
      return readUpTo(file, maxBytes);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT') return 'missing';
    throw CliError.of('file_unreadable', { zh: `无法读取 ${path}`, en: `${path} cannot be read (${code})` });
  }
}

/** Standard input to its end, or `too_large`. */
export async function readBoundedStdin(maxBytes: number): Promise<{ readonly text: string } | 'too_large'> {
  const text = await readTextUpTo(process.stdin, maxBytes);
  return text === null ? 'too_large' : { text };
}

/** A size told beforehand may be wrong (a pipe, a file that grows): only reading shows it. */
function readUpTo(file: number, maxBytes: number): { readonly text: string } | 'too_large' {
  const bytes = Buffer.alloc(maxBytes + 1);
  let length = 0;
  while (length <= maxBytes) {
    const read = readSync(file, bytes, length, bytes.length - length, null);
    if (read === 0) return { text: bytes.toString('utf8', 0, length) };
    length += read;
  }
  return 'too_large';
}
