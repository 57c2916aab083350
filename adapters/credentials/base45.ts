import { CredentialError } from './credential-error.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const BASE = 45;
/** More than any group may stand for: it shows in the sum of the three. */
const NO_VALUE = 1 << 20;
/** What a character stands for as the first, the second and the third of a group. */
const [LOW, MIDDLE, HIGH] = [valuesTimes(1), valuesTimes(BASE), valuesTimes(BASE * BASE)];
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
    const value =
      (LOW[text.charCodeAt(index)] ?? NO_VALUE) +
      (MIDDLE[text.charCodeAt(index + 1)] ?? NO_VALUE) +
      (HIGH[text.charCodeAt(index + 2)] ?? NO_VALUE);
    if (value > 0xffff) throw malformed();
    octets[at] = value >> 8;
    octets[at + 1] = value;
    at += 2;
  }
  if (left === 2) {
    const value = (LOW[text.charCodeAt(index)] ?? NO_VALUE) + (MIDDLE[text.charCodeAt(index + 1)] ?? NO_VALUE);
    if (value > 0xff) throw malformed();
    octets[at] = value;
  }
  return octets;
}

function valuesTimes(factor: number): Uint32Array {
  const values = new Uint32Array(256).fill(NO_VALUE);
  for (let value = 0; value < ALPHABET.length; value += 1) values[ALPHABET.charCodeAt(value)] = value * factor;
  return values;
}

function malformed(): CredentialError {
  return new CredentialError('base45_malformed', 'not base45');
}
