import { base64url } from 'jose';

const buffers = globalThis.process?.getBuiltinModule?.('node:buffer');
/**
 * Node's own, without an import, so that whatever uses this also loads in a browser. `scratch`: where texts are encoded
 * that are needed no longer than that: octets of their own for each would be garbage at once. Nothing is left there that
 * is not in what came of it.
 */
const node = buffers && { Buffer: buffers.Buffer, isAscii: buffers.isAscii, scratch: buffers.Buffer.alloc(4_096) };
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * A text in UTF-8. In node out of its pool: memory that is got and freed for each token by itself costs as much as the
 * token's digest.
 */
export function utf8Of(text: string): Uint8Array<ArrayBuffer> {
  return node === undefined ? ENCODER.encode(text) : node.Buffer.from(text);
}

const MOST_UTF8_A_LETTER = 3;

/** A text in UTF-8, in base64url (RFC 7515 section 2). */
export function base64urlOfText(text: string): string {
  if (node === undefined) return base64url.encode(text);
  const { Buffer, scratch } = node;
  if (text.length * MOST_UTF8_A_LETTER > scratch.length) return Buffer.from(text).toString('base64url');
  return scratch.toString('base64url', 0, scratch.write(text));
}

/** Octets in base64url. */
export function base64urlOf(octets: Uint8Array): string {
  if (node === undefined) return base64url.encode(octets);
  return node.Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('base64url');
}

const BASE64URL_TEXT = /^[A-Za-z0-9_-]*$/;

/** The octets of a text in base64url; null where it has another letter. Whether it ends as it should is not looked at. */
export function octetsIn(text: string): Uint8Array<ArrayBuffer> | null {
  if (node === undefined) return BASE64URL_TEXT.test(text) ? new Uint8Array(base64url.decode(text)) : null;
  const { buffer, byteOffset, byteLength } = node.Buffer.from(text, 'base64url');
  // Without a Buffer's methods, which differ from those of other octets.
  return isAllRead(text, byteLength) ? new Uint8Array(buffer, byteOffset, byteLength) : null;
}

/** Letters, one for each octet, of a short text in base64url; null where it is none, and where nobody can tell as cheaply. */
export function lettersIn(text: string): string | null {
  if (node === undefined || text.length > node.scratch.length) return null;
  const { scratch } = node;
  const octets = scratch.write(text, 'base64url');
  return isAllRead(text, octets) ? scratch.toString('latin1', 0, octets) : null;
}

/**
 * Whether that many octets are all that a text says. Node skips what is no base64, so that fewer come of it, and takes the
 * letters of the other alphabet as well: to look for these two is cheaper than to look at every letter.
 */
function isAllRead(text: string, octets: number): boolean {
  return (
    octets === Math.floor((text.length * 3) / 4) &&
    !text.includes('+') &&
    !text.includes('/') &&
    // A letter beyond ASCII would be taken for the one that its last eight bits are.
    node?.Buffer.byteLength(text) === text.length
  );
}

/** The text of UTF-8 that is known to be in base64url. */
export function textIn(part: string): string {
  if (node === undefined) return DECODER.decode(base64url.decode(part));
  const { Buffer, scratch } = node;
  if (part.length > scratch.length) return Buffer.from(part, 'base64url').toString('utf8');
  return scratch.toString('utf8', 0, scratch.write(part, 'base64url'));
}

/** The letters of octets that are all ASCII; null where they are not, and in a browser, where nobody can tell as cheaply. */
export function asciiIn(octets: Uint8Array): string | null {
  if (node === undefined || !node.isAscii(octets)) return null;
  return node.Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('latin1');
}
