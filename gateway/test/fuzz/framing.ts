import type { IssuedCode } from './issued-code.ts';
import { oneOf, type Random } from './random.ts';

const CONTROLS = ['\r', '\n', '\r\n', '\t', '\x02', '\x03', '\x04', '\x1d', '\x1e', '\0', '\x7f', '\x85'];
const SPACES = [' ', '\u00a0', '\u2003', '\u3000', '\u2028'];
const INVISIBLE = [
  '\ufeff',
  '\u200b',
  '\u200c',
  '\u200d',
  '\u2060',
  '\u200e',
  '\u202a',
  '\u2066',
  '\u00ad',
  '\u{e0001}',
];
const AROUND = [...CONTROLS, ...CONTROLS, ...SPACES, ...INVISIBLE];
/** ISO/IEC 15424: QR code, Data Matrix, Code 128, EAN, Aztec. */
const AIM_IDENTIFIERS = [']Q1', ']Q3', ']d2', ']C0', ']E0', ']z3', '］Ｑ１'];
const MOST_AROUND = 4;

/** The code as a scanner, a keyboard or a clipboard hands it on. */
export function framedCode(issued: IssuedCode, random: Random): string {
  const changed = oneOf(random, [(text: string) => text, withInvisible, inFullWidth])(issued.text, random);
  return frameBefore(random) + insideOf(issued, changed) + frameAfter(random);
}

/** What may stand before a code: controls, spaces, what nobody sees, AIM identifiers. */
export function frameBefore(random: Random): string {
  return some(random, () => oneOf(random, random(4) === 0 ? AIM_IDENTIFIERS : AROUND));
}

export function frameAfter(random: Random): string {
  return some(random, () => oneOf(random, AROUND));
}

/** Nothing, or a line end and the like, as a reader that scans twice leaves it. */
export function frameBetween(random: Random): string {
  return random(3) === 0 ? '' : frameAfter(random) + oneOf(random, CONTROLS) + frameBefore(random);
}

/** Every letter in the other case, as with caps lock on. */
export function withCapsLock(text: string): string {
  return text.replaceAll(/[A-Za-z]/g, (letter) => {
    const capital = letter.toUpperCase();
    return letter === capital ? letter.toLowerCase() : capital;
  });
}

function some(random: Random, make: () => string): string {
  return Array.from({ length: random(MOST_AROUND + 1) }, make).join('');
}

function withInvisible(text: string, random: Random): string {
  return text.replaceAll(/./gu, (char) => (random(8) === 0 ? char + oneOf(random, INVISIBLE) : char));
}

function inFullWidth(text: string, random: Random): string {
  const oneIn = oneOf(random, [1, 3]);
  return text.replaceAll(/[!-~]/g, (char) =>
    random(oneIn) === 0 ? String.fromCharCode(char.charCodeAt(0) + 0xfee0) : char,
  );
}

/** The inside of a JSON code stays as it was read, unless not even its brace is ASCII. */
function insideOf({ kind, text }: IssuedCode, changed: string): string {
  return kind === 'json' && changed.startsWith('{') ? text : changed;
}
