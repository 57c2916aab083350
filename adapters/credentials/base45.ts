import { CredentialError } from './credential-error.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const BASE = 45;
/** A bit that no value has: it shows in what three of them have together. */
const NO_VALUE = 64;
const VALUES = valuesByCharacter();
/** What the largest QR code holds. One for all: to free memory of its own for each text takes as long as to decode it. */
const ROOM = new Uint8Array(2_864);

/**
 * Decodes base45 (RFC 9285) from `start` on: three characters are two octets, two at the end are one. Lower case, a single
 * character left over and a group that stands for more than its octets hold are refused: they would give one certificate
 * many spellings. What it gives stands until the next call. Throws `base45_malformed`.
 */
export function decodeBase45(text: string, start = 0): Uint8Array<ArrayBuffer> {
  const left = (text.length - start) % 3;
  if (left === 1) throw malformed();
  const length = ((text.length - start - left) / 3) * 2 + left / 2;
  const octets = length > ROOM.length ? new Uint8Array(length) : ROOM.subarray(0, length);
  let at = 0;
  let index = start;
  for (; index + 2 < text.length; index += 3) {
    const [low, middle, high] = [valueAt(text, index), valueAt(text, index + 1), valueAt(text, index + 2)];
    const value = low + middle * BASE + high * BASE * BASE;
    if (((low | middle | high) & NO_VALUE) !== 0 || value > 0xffff) throw malformed();
    octets[at] = value >> 8;
    octets[at + 1] = value & 0xff;
    at += 2;
  }
  if (left === 2) {
    const [low, high] = [valueAt(text, index), valueAt(text, index + 1)];
    const value = low + high * BASE;
    if (((low | high) & NO_VALUE) !== 0 || value > 0xff) throw malformed();
    octets[at] = value;
  }
  return octets;
}

function valueAt(text: string, index: number): number {
  return VALUES[text.charCodeAt(index)] ?? NO_VALUE;
}

function valuesByCharacter(): Uint8Array {
  const values = new Uint8Array(128).fill(NO_VALUE);
  for (let value = 0; value < ALPHABET.length; value += 1) values[ALPHABET.charCodeAt(value)] = value;
  return values;
}

function malformed(): CredentialError {
  return new CredentialError('base45_malformed', 'not base45');
}
