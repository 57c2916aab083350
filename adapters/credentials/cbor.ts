import { type DecodeOptions, Tagged, type Token, Tokenizer, Type } from 'cborg';
import type { JsonValue } from '../../schemas/scenarios.ts';
import { CredentialError } from './credential-error.ts';

/**
 * What CBOR of a certificate may hold: no floats that are no numbers, no integers beyond 2^53. `undefined` stands where
 * issuers' programs had nothing to write.
 */
export type CborValue =
  | null
  | undefined
  | boolean
  | number
  | string
  | Uint8Array<ArrayBuffer>
  | readonly CborValue[]
  | ReadonlyMap<CborValue, CborValue>
  | CborTag
  | JsonMembers
  | typeof NOT_JSON;

export interface CborTag {
  readonly tag: number;
  readonly value: CborValue;
}

export interface JsonMembers {
  readonly [name: string]: JsonValue;
}

/** In the place of what JSON cannot say: octets, a name that is no text, a tag of anything but a date. */
export const NOT_JSON = Symbol('not JSON');
type Json = JsonValue | undefined | typeof NOT_JSON;

/** Certificates need five levels and some hundred items; a stack or a heap that a stranger sizes is neither. */
const MAX_DEPTH = 16;
const MAX_ITEMS = 2_048;
const TEXT_DATE_TAG = 0;
/** Text of a date, COSE_Sign1, CWT: the tags seen in certificates. Others are refused (RFC 8949 section 5.3.2). */
const KNOWN_TAGS: ReadonlySet<number> = new Set([TEXT_DATE_TAG, 18, 61]);
const OPTIONS: DecodeOptions = { allowUndefined: true, allowInfinity: false, allowNaN: false, allowBigInt: false };

/**
 * Decodes one CBOR item that fills all octets (RFC 8949), without repeated keys. Lengths may be indefinite, since issuers
 * write them so. What stands inside so many others as `jsonFrom` says comes as JSON: a text that is tagged as a date is
 * that text, space around a text is none of it, and a member that is undefined is not there; all of that circulates, and
 * readers have to bear with it. Throws `cbor_malformed`, `cbor_repeated_key` or `cbor_too_deep`.
 */
export function decodeCbor(octets: Uint8Array, jsonFrom: number = Number.POSITIVE_INFINITY): CborValue {
  const tokens = new Tokenizer(octets, OPTIONS);
  try {
    const value = new Items(tokens, jsonFrom).first();
    if (!tokens.done()) throw malformed();
    return value;
  } catch (error) {
    throw error instanceof CredentialError ? error : malformed();
  }
}

/** A tag with its content, and nothing else. */
export function isTag(value: CborValue): value is CborTag {
  return value instanceof Tagged;
}

/** A map with whatever keys, as it stands above the JSON. */
export function isMap(value: CborValue): value is ReadonlyMap<CborValue, CborValue> {
  return value instanceof Map;
}

/** A map that came as JSON. */
export function isMembers(value: CborValue): value is JsonMembers {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/**
 * Builds items of tokens as they come, and counts them and their levels before. The decoder that comes with the tokens takes
 * the end of a list for a value of a map, and what it builds would have to be built again as JSON.
 */
class Items {
  readonly #tokens: Tokenizer;
  readonly #jsonFrom: number;
  #left = MAX_ITEMS;
  #depth = 0;

  constructor(tokens: Tokenizer, jsonFrom: number) {
    this.#tokens = tokens;
    this.#jsonFrom = jsonFrom;
  }

  first(): CborValue {
    return this.#valueOf(this.#next());
  }

  #valueOf(token: Token): CborValue {
    return this.#depth < this.#jsonFrom ? this.#plainOf(token) : this.#jsonOf(token);
  }

  #plainOf(token: Token): CborValue {
    switch (token.type) {
      case Type.map:
        return this.#mapOf(token);
      case Type.array:
        return this.#listOf(token);
      case Type.tag:
        return new Tagged(tagOf(token), this.#inside());
      default:
        return leafOf(token);
    }
  }

  #jsonOf(token: Token): Json {
    switch (token.type) {
      case Type.string:
        return token.value.trim();
      case Type.map:
        return this.#membersOf(token);
      case Type.array:
        return this.#jsonListOf(token);
      case Type.bytes:
        return NOT_JSON;
      case Type.tag: {
        const isDate = tagOf(token) === TEXT_DATE_TAG;
        this.#enter();
        const value = this.#jsonOf(this.#next());
        this.#depth -= 1;
        return isDate && value !== undefined ? value : NOT_JSON;
      }
      default:
        return leafOf(token);
    }
  }

  #listOf(token: Token): CborValue[] {
    const list: CborValue[] = [];
    this.#enter();
    for (let next = this.#nextIn(token, 0); next !== null; next = this.#nextIn(token, list.length)) {
      list.push(this.#valueOf(next));
    }
    this.#depth -= 1;
    return list;
  }

  #jsonListOf(token: Token): Json {
    const list: JsonValue[] = [];
    let count = 0;
    this.#enter();
    for (let next = this.#nextIn(token, 0); next !== null; next = this.#nextIn(token, count)) {
      const item = this.#jsonOf(next);
      count += 1;
      if (item !== undefined && item !== NOT_JSON) list.push(item);
    }
    this.#depth -= 1;
    return list.length === count ? list : NOT_JSON;
  }

  #mapOf(token: Token): ReadonlyMap<CborValue, CborValue> {
    const map = new Map<CborValue, CborValue>();
    this.#enter();
    for (let next = this.#nextIn(token, 0); next !== null; next = this.#nextIn(token, map.size)) {
      const key = this.#plainOf(next);
      if (map.has(key)) throw repeatedKey();
      map.set(key, this.#valueOf(this.#next()));
    }
    this.#depth -= 1;
    return map;
  }

  #membersOf(token: Token): Json {
    const members: { [name: string]: JsonValue } = {};
    /** Keys of what is no member: they are not to come again either. */
    let others: Set<CborValue> | null = null;
    let isJson = true;
    let count = 0;
    this.#enter();
    for (let next = this.#nextIn(token, 0); next !== null; next = this.#nextIn(token, count)) {
      const name = this.#plainOf(next);
      const isName = typeof name === 'string' && name !== '__proto__';
      if ((isName && Object.hasOwn(members, name)) || others?.has(name) === true) throw repeatedKey();
      const value = this.#jsonOf(this.#next());
      count += 1;
      if (isName && value !== undefined && value !== NOT_JSON) {
        members[name] = value;
      } else {
        others ??= new Set();
        others.add(name);
        isJson &&= value === undefined;
      }
    }
    this.#depth -= 1;
    return isJson ? members : NOT_JSON;
  }

  /** What a tag is about. */
  #inside(): CborValue {
    this.#enter();
    const value = this.#valueOf(this.#next());
    this.#depth -= 1;
    return value;
  }

  /** The next item of a container, of which so many have been read; null at its end. */
  #nextIn(container: Token, read: number): Token | null {
    if (read === container.value) return null;
    const token = this.#next();
    if (token.type !== Type.break) return token;
    if (container.value !== Number.POSITIVE_INFINITY) throw malformed();
    return null;
  }

  #next(): Token {
    const token = this.#tokens.next();
    this.#left -= 1;
    if (this.#left < 0) throw tooDeep();
    return token;
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw tooDeep();
  }
}

function tagOf({ value }: Token): number {
  if (!KNOWN_TAGS.has(value)) throw malformed();
  return value;
}

function leafOf({ type, value }: Token) {
  if (type === Type.break) throw malformed();
  return value;
}

function malformed(): CredentialError {
  return new CredentialError('cbor_malformed', 'not CBOR');
}

function repeatedKey(): CredentialError {
  return new CredentialError('cbor_repeated_key', 'a map names a key twice');
}

function tooDeep(): CredentialError {
  return new CredentialError('cbor_too_deep', 'nested too deep, or too many items');
}
