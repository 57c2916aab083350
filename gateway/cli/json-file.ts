import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { readBoundedFile, readBoundedStdin } from './bounded-input.ts';
import { CliError } from './cli-error.ts';

const MAX_BYTES = 1_048_576;

/** The text of a file, or of stdin for `-`. Throws CliError `file_unreadable`. */
export async function readText(file: string): Promise<string> {
  const input = file === '-' ? await readBoundedStdin(MAX_BYTES) : readBoundedFile(file, MAX_BYTES);
  if (input === 'missing') {
    throw CliError.of('file_unreadable', { zh: `没有文件 ${file}`, en: `there is no file ${file}` });
  }
  if (input === 'too_large') throw CliError.of('file_unreadable', { zh: `${file} 过大`, en: `${file} is too large` });
  return input.text;
}

/** A JSON document from a file, or from stdin for `-`. Throws CliError `file_unreadable`. */
export async function readJson(file: string): Promise<unknown> {
  const value = jsonOrUndefined(await readText(file));
  if (value !== undefined) return value;
  throw CliError.of('file_unreadable', { zh: `${file} 不是 JSON`, en: `${file} is not JSON` });
}
