import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { BatchRow } from '../../../schemas/batch-row.ts';
import type { ScannedLine } from '../../../schemas/scanned-lines.ts';
import { CliError } from '../cli-error.ts';
import type { RowFormat } from './row-formats.ts';

/** A file of rows, on disk whenever `write` has returned. */
export interface RowFile {
  /** How many codes it has rows for already. */
  readonly done: number;
  readonly write: (rows: readonly BatchRow[]) => void;
  readonly close: () => void;
}

/**
 * Opens a file for rows. With `resume` it goes on after the rows that are there: they say by their numbers how far it has
 * come, and nothing else is kept anywhere. Half a row at the end, of somebody who was interrupted, is written anew. Throws
 * CliError: the file is there and was not to be gone on with, or its rows are about other lines than these.
 */
export function openRowFile(
  path: string,
  format: RowFormat,
  { lines, resume }: { readonly lines: readonly ScannedLine[]; readonly resume: boolean },
): RowFile {
  const isThere = existsSync(path);
  if (isThere && !resume) {
    throw CliError.of('usage_invalid', {
      zh: `${path} 已存在：加 --resume 续写，或另取文件名`,
      en: `${path} is there already: go on with --resume, or name another file`,
    });
  }
  const { done, bytes } = isThere ? rowsIn(path, format, lines) : { done: 0, bytes: 0 };
  // For whoever scans alone: it says which traveller in a list was refused.
  const file = openSync(path, isThere ? 'r+' : 'w', 0o600);
  ftruncateSync(file, bytes);
  let end = bytes;
  const append = (text: string) => {
    const rows = Buffer.from(text);
    // On a full disk less is written than was given, and only the next attempt says why.
    for (let at = 0; at < rows.length; ) at += writeSync(file, rows, at, rows.length - at, end + at);
    end += rows.length;
  };
  if (bytes === 0 && format.header !== null) append(`${format.header}\n`);
  return {
    done,
    write: (rows) => {
      append(rows.map((row) => `${format.textOf(row)}\n`).join(''));
      fsyncSync(file);
    },
    close: () => closeSync(file),
  };
}

function rowsIn(path: string, { header, lineOf }: RowFormat, lines: readonly ScannedLine[]) {
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const [first, ...others] = whole.split('\n').slice(0, -1);
  const rows = header === null || first === undefined ? [first ?? [], others].flat() : others;
  const isOurs =
    rows.length <= lines.length &&
    (header === null || first === undefined || first === header) &&
    rows.every((row, at) => lineOf(row) === lines[at]?.line);
  if (isOurs) return { done: rows.length, bytes: Buffer.byteLength(whole) };
  throw CliError.of('usage_invalid', {
    zh: `${path} 中的行与该输入文件不符，未作改动`,
    en: `the rows in ${path} are not about these lines; nothing in it was changed`,
  });
}
