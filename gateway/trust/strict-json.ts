import { base64url } from 'jose';
import { TrustError } from './trust-error.ts';

const MAX_DEPTH = 16;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const BASE64URL_TEXT = /^[A-Za-z0-9_-]+$/;

export type JsonObject = Record<string, unknown>;

/** True for a JSON object: not null, not an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Decodes base64url in its one canonical spelling (RFC 4648 sections 3.5 and 5, RFC 7515 section 2).
 * Padding, white space or stray bits would let one signature wear many spellings, and slip past a cache or a denylist.
 * Throws `base64_not_canonical`.
 */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> {
  if (!isCanonical(text)) throw new TrustError('base64_not_canonical', 'a part is not canonical base64url');
  return new Uint8Array(base64url.decode(text));
}

function isCanonical(text: string): boolean {
  if (!BASE64URL_TEXT.test(text)) return false;
  const remainder = text.length % 4;
  if (remainder === 0) return true;
  if (remainder === 1) return false;
  const strayBits = remainder === 2 ? 0b1111 : 0b11;
  return (ALPHABET.indexOf(text.charAt(text.length - 1)) & strayBits) === 0;
}

/**
 * Parses UTF-8 bytes as one JSON object, without repeated member names at any depth and at most 16 levels deep.
 * Two parsers that pick different copies of a repeated member would read two different tokens under one signature
 * (RFC 8725 section 2.4, RFC 8259 section 4). Throws `token_malformed` or `duplicate_member`.
 */
export function parseStrictObject(bytes: Uint8Array): JsonObject {
  let text: string;
  let value: unknown;
  try {
    // ignoreBOM keeps a byte order mark in the text, where JSON.parse refuses it.
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    throw new TrustError('token_malformed', 'a part is not JSON in UTF-8');
  }
  if (!isJsonObject(value)) throw new TrustError('token_malformed', 'a part is not a JSON object');
  checkMembers(text);
  return value;
}

/** Walks text that JSON.parse has accepted, so that only strings and brackets need telling apart. */
function checkMembers(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  let position = 0;
  while (position < text.length) {
    const char = text.charAt(position);
    if (char === '{' || char === '[') {
      open.push(char === '{' ? new Set() : undefined);
      if (open.length > MAX_DEPTH) throw new TrustError('token_malformed', 'a part is nested too deep');
    } else if (char === '}' || char === ']') {
      open.pop();
    } else if (char === '"') {
      const end = endOfString(text, position);
      const names = open.at(-1);
      if (names !== undefined && isMemberName(text, end)) addName(names, text.slice(position, end));
      position = end;
      continue;
    }
    position += 1;
  }
}

function endOfString(text: string, start: number): number {
  let position = start + 1;
  while (position < text.length && text.charAt(position) !== '"') position += text.charAt(position) === '\\' ? 2 : 1;
  return position + 1;
}

function isMemberName(text: string, end: number): boolean {
  let position = end;
  while (/\s/.test(text.charAt(position))) position += 1;
  return text.charAt(position) === ':';
}

function addName(names: Set<string>, literal: string): void {
  const name: unknown = JSON.parse(literal);
  if (typeof name !== 'string' || name === '__proto__') {
    // No claim bears this name; a later `object[name] = value` would change a prototype.
    throw new TrustError('token_malformed', 'a part has a forbidden member name');
  }
  if (names.has(name)) throw new TrustError('duplicate_member', 'a part repeats a member name');
  names.add(name);
}
