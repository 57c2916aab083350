import { endsCanonically } from '../../schemas/base64url.ts';
import { lettersIn } from './octets.ts';
import { sha256Base64url } from './sha256.ts';
import { decodeBase64url, type JsonObject, parseStrictObject } from './strict-json.ts';
import { TrustError } from './trust-error.ts';

/** Longest SD-JWT accepted, disclosures included, in characters. */
export const MAX_SD_JWT_LENGTH = 16_384;
const MAX_DISCLOSURES = 8;
/** Names that belong to the mechanism itself (RFC 9901 sections 4.2.1 and 4.2.4). */
const RESERVED_NAMES = ['_sd', '...'];
const OPENING = new TextEncoder().encode('{"d":');
const CLOSING = 0x7d;

/** The parts of one SD-JWT (RFC 9901 section 4), none of them verified. */
export interface SdJwtParts {
  readonly jwt: string;
  readonly disclosures: readonly string[];
}

/**
 * Takes one SD-JWT apart. Throws `token_malformed` for what does not end where one has to, and `key_binding_refused`
 * where a key binding follows: a statement about a person is bound to no holder's key.
 */
export function splitSdJwt(text: string): SdJwtParts {
  if (typeof text !== 'string') throw new TrustError('token_malformed', 'the SD-JWT is no text');
  if (text.length > MAX_SD_JWT_LENGTH) throw new TrustError('token_too_large', 'the SD-JWT is too large');
  const [jwt = '', ...parts] = text.split('~');
  const last = parts.pop();
  if (last === undefined) throw new TrustError('token_malformed', 'an SD-JWT ends with a tilde');
  if (last !== '') throw new TrustError('key_binding_refused', 'something follows the last tilde');
  if (parts.length > MAX_DISCLOSURES) throw new TrustError('token_malformed', 'there are too many disclosures');
  return { jwt, disclosures: parts };
}

/** One that was verified when it came, with nothing disclosed: what a venue gets. */
export function withholdDisclosures(text: string): string {
  return text.slice(0, text.indexOf('~') + 1);
}

/**
 * Opens disclosures against the payload that they are disclosed from, and refuses what RFC 9901 section 7.1 says to
 * refuse: a digest listed twice (`digest_repeated`), a disclosure that is bound by none (`disclosure_unbound`), is no
 * `[salt, name, value]` or bears a reserved name (`disclosure_invalid`), or names what is there already
 * (`duplicate_member`).
 */
export function readDisclosures(
  disclosures: readonly string[],
  payload: JsonObject,
  digests: readonly string[],
): JsonObject {
  // A digest that stands twice could be opened as two things.
  const isRepeated = digests.some((digest, at) => digests.indexOf(digest) !== at);
  if (isRepeated) throw new TrustError('digest_repeated', 'a digest is listed twice');
  const unopened: (string | null)[] = [...digests];
  // Without a prototype, so that whatever a member is called it is one.
  const opened: JsonObject = Object.create(null);
  for (const disclosure of disclosures) {
    const { name, value } = readDisclosure(disclosure);
    const at = unopened.indexOf(sha256Base64url(disclosure));
    if (at === -1) {
      throw new TrustError('disclosure_unbound', 'a disclosure is not among the signed digests, or is there twice');
    }
    unopened[at] = null;
    // Whoever reads the plain claim and whoever reads the disclosed one would read two statements.
    if (Object.hasOwn(payload, name) || Object.hasOwn(opened, name)) {
      throw new TrustError('duplicate_member', 'a claim is disclosed that is there already');
    }
    opened[name] = value;
  }
  return opened;
}

/**
 * `["salt","name",value]` as nearly every disclosure is written, its value null, a text, or a list of texts: letters that
 * JSON writes as they are, and nothing that has members, so that it can be read in one way alone.
 */
const LETTERS = '[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]*';
const PLAIN = new RegExp(
  `^\\["${LETTERS}","(${LETTERS})",(?:null|"(${LETTERS})"|(\\[(?:"${LETTERS}"(?:,"${LETTERS}")*)?\\]))\\]$`,
);

function readDisclosure(disclosure: string): { name: string; value: unknown } {
  const letters = endsCanonically(disclosure) ? lettersIn(disclosure) : null;
  const plain = letters === null ? null : PLAIN.exec(letters);
  if (plain === null) return checkedTriple(readTriple(decodeBase64url(disclosure)));
  const list = plain[3];
  const value: unknown = plain[2] ?? (list === undefined ? null : list === '[]' ? [] : JSON.parse(list));
  return notReserved({ name: plain[1] ?? '', value });
}

/** The same of every value, wrapped into an object so that the one strict JSON reader reads it. */
function readTriple(array: Uint8Array): unknown {
  const wrapped = new Uint8Array(OPENING.byteLength + array.byteLength + 1);
  wrapped.set(OPENING);
  wrapped.set(array, OPENING.byteLength);
  wrapped[wrapped.byteLength - 1] = CLOSING;
  const { d: triple, ...more } = parseStrictObject(wrapped);
  // What closes the wrapper early would smuggle members in beside the triple.
  if (Object.keys(more).length > 0) throw new TrustError('disclosure_invalid', 'a disclosure is more than one value');
  return triple;
}

function checkedTriple(triple: unknown): { name: string; value: unknown } {
  const [salt, name, value, ...rest] = Array.isArray(triple) ? triple : [];
  if (typeof salt !== 'string' || typeof name !== 'string' || value === undefined || rest.length > 0) {
    throw new TrustError('disclosure_invalid', 'a disclosure is not [salt, name, value]');
  }
  return notReserved({ name, value });
}

function notReserved<D extends { readonly name: string }>(disclosed: D): D {
  if (!RESERVED_NAMES.includes(disclosed.name)) return disclosed;
  throw new TrustError('disclosure_invalid', 'a disclosure bears a reserved name');
}
