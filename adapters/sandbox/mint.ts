import { randomBytes, randomInt } from 'node:crypto';

const PLACEHOLDER = /\{(hex|digits|alphanumeric|base64url|jkm)(\d{1,3})\}/g;
const ALPHANUMERIC = '0123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/**
 * A fresh text of a template. `{hex32}`, `{digits10}`, `{alphanumeric16}` and `{base64url24}` stand for that many random
 * characters, `{jkm24}` for base64 of the national marker and 24 random octets; all else stands for itself.
 */
export function mintText(template: string): string {
  return template.replaceAll(PLACEHOLDER, (_match, alphabet: string, length: string) =>
    randomText(alphabet, Number(length)),
  );
}

function randomText(alphabet: string, length: number): string {
  switch (alphabet) {
    case 'hex':
      return randomBytes(length).toString('hex').slice(0, length);
    case 'base64url':
      return randomBytes(length).toString('base64url').slice(0, length);
    case 'digits':
      return Array.from({ length }, () => randomInt(10)).join('');
    case 'jkm':
      return Buffer.concat([Buffer.from('JKM', 'latin1'), randomBytes(length)]).toString('base64');
    default:
      return Array.from({ length }, () => ALPHANUMERIC.charAt(randomInt(ALPHANUMERIC.length))).join('');
  }
}
