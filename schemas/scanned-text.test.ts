import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unframed } from './scanned-text.ts';

const CODE = 'YKM1ab38d0f31fb60d40c315be9a017c73e1';
const JSON_CODE = '{"label":"yss","name":"张＊：\u200d三","encode":"0123"}';

/** What scanners, keyboards and clipboards are known to put round a code. */
const FRAMES: readonly (readonly [string, string, string])[] = [
  ['CR', '', '\r'],
  ['LF', '', '\n'],
  ['CRLF', '', '\r\n'],
  ['TAB', '', '\t'],
  ['STX and ETX', '\x02', '\x03'],
  ['NUL', '', '\0'],
  ['group separators', '\x1d', '\x1d\x04'],
  ['spaces', '  ', ' '],
  ['an ideographic space', '\u3000', '\u3000'],
  ['a no-break space', '\u00a0', '\u00a0'],
  ['a byte order mark', '\ufeff', ''],
  ['zero-width characters', '\u200b', '\u200d\u2060'],
  ['a tag of language, which is two units long', '\u{e0001}', '\u{e0001}\u{e007f}'],
  ['marks of direction', '\u202a', '\u202c'],
  ['an AIM identifier', ']Q1', ''],
  ['an AIM identifier inside a frame', '\x02]d2', '\x03\r\n'],
];

describe('what a scanner adds', () => {
  test.each(FRAMES)('%s stays on the code', (_frame, before, after) => {
    expect(unframed(`${before}${CODE}${after}`)).toBe(CODE);
    expect(unframed(`${before}${JSON_CODE}${after}`)).toBe(JSON_CODE);
  });

  test('a keyboard in full-width mode, or an invisible character inside, makes it another code', () => {
    expect(unframed('ＹＫＭ１ａｂ３８')).toBe('YKM1ab38');
    expect(unframed('ｈｔｔｐｓ：／／ａ．ｉｎｖａｌｉｄ／ｑ？ｉｄ＝１')).toBe('https://a.invalid/q?id=1');
    expect(unframed('｛＂label＂:＂yss＂｝')).toBe('{"label":"yss"}');
    expect(unframed('YKM1\u200bab\ufeff38')).toBe('YKM1ab38');
    expect(unframed('］Ｑ１ＹＫＭ１')).toBe('YKM1');
  });

  test('what words a JSON code holds is changed', () => {
    expect(unframed(` ${JSON_CODE}\r\n`)).toBe(JSON_CODE);
  });

  test('characters between two codes are dropped, so that they become one', () => {
    expect(unframed(`${CODE}\r\n${CODE}\r\n`)).toBe(`${CODE}\r\n${CODE}`);
    expect(unframed(`${CODE}\t${CODE}`)).toContain('\t');
  });

  test('nothing but a frame is a code', () => {
    for (const [, before, after] of FRAMES) expect(unframed(before + after)).toBe('');
  });
});

describe('whatever was read', () => {
  const scanned = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ unit: fc.constantFrom(']', 'Q', '1', ' ', '\r', '\ufeff', '\u200b', '｛', '{', 'Ｑ', '］', 'a') }),
  );

  test('unframing it twice gives something else than once', () => {
    fc.assert(
      fc.property(scanned, (text) => {
        expect(unframed(unframed(text))).toBe(unframed(text));
      }),
      { numRuns: 3000 },
    );
  });

  test('a plain ASCII code without a frame is changed', () => {
    const plain = fc.stringMatching(/^[0-9A-Za-z{"][\x21-\x7e]{0,80}$/);
    fc.assert(
      fc.property(plain, (text) => {
        expect(unframed(text)).toBe(text);
      }),
    );
  });
});
