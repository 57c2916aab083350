import { endsCanonically } from '../../schemas/base64url.ts';
import { readJsonText } from '../../schemas/json-text.ts';
import { asciiIn, octetsIn } from './octets.ts';
import { TrustError } from './trust-error.ts';

const MAX_DEPTH = 16;
/** `ignoreBOM` keeps a byte order mark in the text, where it is no JSON. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

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
  const octets = endsCanonically(text) ? octetsIn(text) : null;
  if (octets === null) throw new TrustError('base64_not_canonical', 'a part is not canonical base64url');
  return octets;
}

/**
 * Parses UTF-8 bytes as one JSON object, without repeated member names at any depth and at most `maxDepth` levels deep
 * (RFC 8725 section 2.4). Throws `token_malformed` or `duplicate_member`.
 */
export function parseStrictObject(bytes: Uint8Array, maxDepth: number = MAX_DEPTH): JsonObject {
  const reading = readJsonText(decodeUtf8(bytes), maxDepth);
  switch (reading.fault) {
    case undefined:
      break;
    case 'not_json':
      throw new TrustError('token_malformed', 'a part is not JSON in UTF-8');
    case 'nested_too_deep':
      throw new TrustError('token_malformed', 'a part is nested too deep');
    case 'forbidden_name':
      throw new TrustError('token_malformed', 'a part has a forbidden member name');
    case 'repeated_member':
      throw new TrustError('duplicate_member', 'a part repeats a member name');
  }
  if (!isJsonObject(reading.value)) throw new TrustError('token_malformed', 'a part is not a JSON object');
  return reading.value;
}

function decodeUtf8(bytes: Uint8Array): string {
  const ascii = asciiIn(bytes);
  if (ascii !== null) return ascii;
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new TrustError('token_malformed', 'a part is not JSON in UTF-8');
  }
}
