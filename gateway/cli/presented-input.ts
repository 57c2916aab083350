import { readBoundedFile, readBoundedStdin } from './bounded-input.ts';
import { CliError } from './cli-error.ts';

/** How the files begin that people hand in for what is on them, read as UTF-8: PNG, JPEG, GIF, WebP, PDF. */
const PICTURE = /^(?:\ufffdPNG|\ufffd{3}|GIF8|RIFF.{4,12}WEBP|%PDF-)/s;
const NO_TEXT = /\ufffd/;

/**
 * The text of a file that somebody hands in, or of standard input for `-`; null where it is longer than `maxBytes`.
 * Throws CliError `file_unreadable` for a file that is not there or empty, and for a picture, which would otherwise be
 * told that it is a bad code.
 */
export async function readPresented(file: string, maxBytes: number): Promise<string | null> {
  const isStdin = file === '-';
  const input = isStdin ? await readBoundedStdin(maxBytes) : readBoundedFile(file, maxBytes);
  const name = isStdin ? { zh: '标准输入', en: 'standard input' } : { zh: file, en: file };
  if (input === 'missing')
    throw CliError.of('file_unreadable', { zh: `没有文件 ${file}`, en: `there is no file ${file}` });
  if (input === 'too_large') return null;
  const { text } = input;
  if (text.trim() === '') throw CliError.of('file_unreadable', { zh: `${name.zh} 是空的`, en: `${name.en} is empty` });
  if (PICTURE.test(text)) {
    throw CliError.of(
      'file_unreadable',
      { zh: `${name.zh} 是图片，不是文本`, en: `${name.en} is a picture, not text` },
      {
        zh: '用扫码器读取图中的码，再交入读出的文本',
        en: 'read the code in it with a scanner, and hand in the text that comes out',
      },
    );
  }
  if (NO_TEXT.test(text)) {
    throw CliError.of(
      'file_unreadable',
      { zh: `${name.zh} 不是 UTF-8 文本`, en: `${name.en} is no text in UTF-8` },
      { zh: '另存为 UTF-8 文本后重试', en: 'save it as text in UTF-8 and try again' },
    );
  }
  return text;
}
