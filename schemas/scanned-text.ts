/** What stands round a code and is no part of it: controls, spaces, byte order marks, characters that nobody sees. */
const FRAMING = /[\p{Cc}\p{Cf}\p{Z}]/u;
const INVISIBLE = /\p{Cf}/gu;
/** AIM symbology identifier (ISO/IEC 15424): `]Q1` says that what follows was a QR code. */
const AIM_IDENTIFIER = /^\][A-Za-z][0-9A-Za-z]/;
/** What a keyboard in full-width mode types in place of ASCII; the ideographic space stands apart from the others. */
const FULL_WIDTH = /[\uff01-\uff5e\u3000]/g;
const FULL_WIDTH_OFFSET = 0xfee0;
const IDEOGRAPHIC_SPACE = '\u3000';

/** The rule of `unframed` in words, for whoever sends codes. */
export const SCANNED_TEXT_RULE =
  'What the scanner read, as it read it. What scanners add is taken off before anything looks at the code: control ' +
  'characters (CR, LF, TAB, STX, ETX and the like), spaces, a byte order mark and invisible characters at either end, ' +
  'and an AIM identifier such as ]Q1 at the start. Invisible characters inside are dropped and full-width forms are read ' +
  'as ASCII, unless the code is JSON. A web address is the same with http or https, with its scheme and host in any case, ' +
  'with its default port, with or without a slash at the end of its path, with its parameters in any order, and typed ' +
  'with caps lock on. Two codes at once are refused.';

/**
 * The code in what a scanner read, by the rule above. Names and words in a JSON code may be in any script, so its inside
 * stays as it is. What comes out goes through unchanged when it is unframed again.
 */
export function unframed(scanned: string): string {
  const text = withoutFrame(scanned);
  return text.startsWith('{') ? text : withoutFrame(halfWidth(text.replaceAll(INVISIBLE, '')));
}

function withoutFrame(text: string): string {
  let bare = trimmed(text);
  while (AIM_IDENTIFIER.test(bare)) bare = trimmed(bare.slice(3));
  return bare;
}

/** By position, since an expression anchored at the end goes over a run of spaces once for each of them. */
function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end) {
    const next = start + (isPair(text, start) ? 2 : 1);
    if (!FRAMING.test(text.slice(start, next))) break;
    start = next;
  }
  while (end > start) {
    const last = end - (isPair(text, end - 2) ? 2 : 1);
    if (!FRAMING.test(text.slice(last, end))) break;
    end = last;
  }
  return text.slice(start, end);
}

/** Some characters that nobody sees, tags of language among them, are two units long. */
function isPair(text: string, at: number): boolean {
  return (text.codePointAt(at) ?? 0) > 0xffff;
}

function halfWidth(text: string): string {
  return text.replaceAll(FULL_WIDTH, (wide) =>
    wide === IDEOGRAPHIC_SPACE ? ' ' : String.fromCharCode(wide.charCodeAt(0) - FULL_WIDTH_OFFSET),
  );
}
