import { base64url } from 'jose';

/** Node's own, without an import, so that whatever uses this also loads in a browser. */
const node = globalThis.process?.getBuiltinModule?.('node:buffer');
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * A text in UTF-8. In node out of its pool: memory that is got and freed for each token by itself costs as much as the
 * token's digest.
 */
export function utf8Of(text: string): Uint8Array<ArrayBuffer> {
  return node === undefined ? ENCODER.encode(text) : node.Buffer.from(text);
}

/**
 * Where texts are encoded that are needed no longer than that: octets of their own for each would be garbage at once.
 * Nothing is left here that is not in what came of it.
 */
const scratch = node?.Buffer.alloc(4_096);
const MOST_UTF8_A_LETTER = 3;

/** A text in UTF-8, in base64url (RFC 7515 section 2). */
export function base64urlOfText(text: string): string {
  if (node === undefined || scratch === undefined) return base64url.encode(text);
  if (text.length * MOST_UTF8_A_LETTER > scratch.length) return node.Buffer.from(text).toString('base64url');
  return scratch.toString('base64url', 0, scratch.write(text));
}

/** Octets in base64url. */
export function base64urlOf(octets: Uint8Array): string {
  if (node === undefined) return base64url.encode(octets);
  return node.Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('base64url');
}

/** The octets of a text that is known to be base64url. */
export function octetsOf(text: string): Uint8Array<ArrayBuffer> {
  if (node === undefined) return new Uint8Array(base64url.decode(text));
  const { buffer, byteOffset, byteLength } = node.Buffer.from(text, 'base64url');
  // Without a Buffer's methods, which differ from those of other octets.
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The text of UTF-8 that is known to be in base64url. */
export function textIn(part: string): string {
  if (node === undefined || scratch === undefined) return DECODER.decode(base64url.decode(part));
  if (part.length > scratch.length) return node.Buffer.from(part, 'base64url').toString('utf8');
  return scratch.toString('utf8', 0, scratch.write(part, 'base64url'));
}

/** The letters of octets that are all ASCII; null where they are not, and in a browser, where nobody can tell as cheaply. */
export function asciiIn(octets: Uint8Array): string | null {
  if (node === undefined || !node.isAscii(octets)) return null;
  return node.Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('latin1');
}
