const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const NO_VALUE = 64;
const VALUES = valuesByCharacter();

/** Decodes base64url without padding in its one spelling (RFC 4648 sections 3.5 and 5). Null for every other text. */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | null {
  const left = text.length % 4;
  if (left === 1) return null;
  const octets = new Uint8Array(Math.floor((text.length * 3) / 4));
  let [bits, count, at] = [0, 0, 0];
  for (let index = 0; index < text.length; index += 1) {
    const value = VALUES[text.charCodeAt(index)] ?? NO_VALUE;
    if (value === NO_VALUE) return null;
    bits = (bits << 6) | value;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    octets[at] = bits >> count;
    at += 1;
    bits &= (1 << count) - 1;
  }
  return bits === 0 ? octets : null;
}

/** Base64url without padding (RFC 4648 section 5). */
export function encodeBase64url(octets: Uint8Array): string {
  let text = '';
  for (let index = 0; index < octets.length; index += 3) {
    const bits = ((octets[index] ?? 0) << 16) | ((octets[index + 1] ?? 0) << 8) | (octets[index + 2] ?? 0);
    for (const shift of [18, 12, 6, 0]) text += ALPHABET.charAt((bits >> shift) & 63);
  }
  return text.slice(0, Math.ceil((octets.length * 4) / 3));
}

/** Base64 with or without padding, of certificates in JSON. Null for text that is none. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | null {
  return decodeBase64url(
    text
      .replace(/={0,2}$/, '')
      .replaceAll('+', '-')
      .replaceAll('/', '_'),
  );
}

function valuesByCharacter(): Uint8Array {
  const values = new Uint8Array(128).fill(NO_VALUE);
  for (let value = 0; value < ALPHABET.length; value += 1) values[ALPHABET.charCodeAt(value)] = value;
  return values;
}
