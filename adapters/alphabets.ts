import type { Alphabet } from '../schemas/recogniser.ts';

/** Every expression here is ours: a province supplies literals, never a pattern. None but base45 has a dot, a colon or a space. */
const ALPHABETS = {
  digits: /^[0-9]*$/,
  hex: /^[0-9a-fA-F]*$/,
  hex_upper: /^[0-9a-fA-F]*$/,
  alphanumeric: /^[0-9A-Za-z]*$/,
  base64: /^[0-9A-Za-z+/=]*$/,
  base64url: /^[0-9A-Za-z_-]*$/,
  base45: /^[0-9A-Z $%*+\-./:]*$/,
} as const satisfies Record<Alphabet, RegExp>;

/** Whether a text has characters of this alphabet alone. */
export function isWrittenIn(alphabet: Alphabet, text: string): boolean {
  return ALPHABETS[alphabet].test(text);
}

/** The one spelling in which a system is asked: an alphabet whose case says nothing would give each code thousands. */
export function spelledIn(alphabet: Alphabet, text: string): string {
  switch (alphabet) {
    case 'hex':
      return text.toLowerCase();
    case 'hex_upper':
      return text.toUpperCase();
    case 'digits':
    case 'alphanumeric':
    case 'base64':
    case 'base64url':
    case 'base45':
      return text;
  }
}
