const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * Whether a text of letters of base64url says something, and no bits are left over behind its last octet (RFC 4648 section
 * 3.5): with them free, one text has up to sixteen spellings.
 */
export function endsCanonically(text: string): boolean {
  if (text === '') return false;
  const remainder = text.length % 4;
  if (remainder === 0) return true;
  if (remainder === 1) return false;
  const strayBits = remainder === 2 ? 0b1111 : 0b11;
  return (ALPHABET.indexOf(text.charAt(text.length - 1)) & strayBits) === 0;
}
