import { CredentialError } from './credential-error.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const BASE = 45;
const VALUES = valuesByCharacter();

/**
 * Decodes base45 (RFC 9285): three characters are two octets, two at the end are one. Lower case, a single character left
 * over and a group that stands for more than its octets hold are refused: they would give one certificate many spellings.
 * Throws `base45_malformed`.
 */
export function decodeBase45(text: string): Uint8Array<ArrayBuffer> {
  const left = text.length % 3;
  if (left === 1) throw malformed();
  const octets = new Uint8Array(((text.length - left) / 3) * 2 + left / 2);
  let at = 0;
  let index = 0;
  for (; index + 2 < text.length; index += 3) {
    const value = valueAt(text, index) + valueAt(text, index + 1) * BASE + valueAt(text, index + 2) * BASE * BASE;
    if (value > 0xffff) throw malformed();
    octets[at] = value >> 8;
    octets[at + 1] = value & 0xff;
    at += 2;
  }
  if (left === 2) {
    const value = valueAt(text, index) + valueAt(text, index + 1) * BASE;
    if (value > 0xff) throw malformed();
    octets[at] = value;
  }
  return octets;
}

function valueAt(text: string, index: number): number {
  const value = VALUES[text.charCodeAt(index)] ?? BASE;
  if (value >= BASE) throw malformed();
  return value;
}

function valuesByCharacter(): Uint8Array {
  const values = new Uint8Array(128).fill(BASE);
  for (let value = 0; value < ALPHABET.length; value += 1) values[ALPHABET.charCodeAt(value)] = value;
  return values;
}

function malformed(): CredentialError {
  return new CredentialError('base45_malformed', 'not base45');
}
