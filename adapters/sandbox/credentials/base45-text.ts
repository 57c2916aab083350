const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const BASE = 45;

/** Octets as base45 (RFC 9285). */
export function encodeBase45(octets: Uint8Array): string {
  let text = '';
  for (let index = 0; index < octets.length; index += 2) {
    const [first = 0, second] = octets.subarray(index, index + 2);
    text += second === undefined ? digits(first, 2) : digits(first * 256 + second, 3);
  }
  return text;
}

/** Least significant first. */
function digits(value: number, count: number): string {
  let text = '';
  for (let left = value; text.length < count; left = Math.floor(left / BASE)) text += ALPHABET.charAt(left % BASE);
  return text;
}
