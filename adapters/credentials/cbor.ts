import { type DecodeOptions, decode, Tagged, type Token, Tokenizer } from 'cborg';
import type { DecodeTokenizer } from 'cborg/interface';
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
  | Uint8Array
  | readonly CborValue[]
  | ReadonlyMap<CborValue, CborValue>
  | CborTag;

export interface CborTag {
  readonly tag: number;
  readonly value: CborValue;
}

/** Certificates need five levels and some hundred items; a stack or a heap that a stranger sizes is neither. */
const MAX_DEPTH = 16;
const MAX_ITEMS = 2_048;
/** Text of a date, COSE_Sign1, CWT: the tags seen in certificates. Others are refused (RFC 8949 section 5.3.2). */
const KNOWN_TAGS = [0, 18, 61];
const REPEATED_KEY = /repeat map key/;
const OPTIONS: DecodeOptions = {
  useMaps: true,
  rejectDuplicateMapKeys: true,
  allowUndefined: true,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
  tags: Tagged.preserve(...KNOWN_TAGS),
};

/**
 * Decodes one CBOR item that fills all octets (RFC 8949), without repeated keys. Lengths may be indefinite, since issuers
 * write them so. Throws `cbor_malformed`, `cbor_repeated_key` or `cbor_too_deep`.
 */
export function decodeCbor(octets: Uint8Array): CborValue {
  try {
    return decode(octets, { ...OPTIONS, tokenizer: new BoundedTokenizer(octets) });
  } catch (error) {
    if (error instanceof CredentialError) throw error;
    if (error instanceof Error && REPEATED_KEY.test(error.message)) {
      throw new CredentialError('cbor_repeated_key', 'a map names a key twice');
    }
    throw new CredentialError('cbor_malformed', 'not CBOR');
  }
}

/** A tag with its content, and nothing else. */
export function isTag(value: CborValue): value is CborTag {
  return value instanceof Tagged;
}

/** Counts levels and items before anything is built of them. */
class BoundedTokenizer implements DecodeTokenizer {
  readonly #tokens: Tokenizer;
  /** Items that each open container still waits for, the innermost last. */
  readonly #open: number[] = [];
  #items = 0;

  constructor(octets: Uint8Array) {
    this.#tokens = new Tokenizer(octets, OPTIONS);
  }

  pos(): number {
    return this.#tokens.pos();
  }

  done(): boolean {
    return this.#tokens.done();
  }

  next(): Token {
    const token = this.#tokens.next();
    this.#items += 1;
    this.#closeFull();
    switch (token.type.name) {
      case 'break':
        this.#open.pop();
        break;
      case 'array':
        this.#enter(token.value);
        break;
      case 'map':
        this.#enter(token.value * 2);
        break;
      case 'tag':
        this.#enter(1);
        break;
      default:
        this.#take();
    }
    if (this.#open.length > MAX_DEPTH || this.#items > MAX_ITEMS) {
      throw new CredentialError('cbor_too_deep', 'nested too deep, or too many items');
    }
    return token;
  }

  /** A container of so many items, which is one item of the innermost one. */
  #enter(items: number): void {
    this.#take();
    this.#open.push(items);
  }

  #closeFull(): void {
    while (this.#open[this.#open.length - 1] === 0) this.#open.pop();
  }

  /** One item goes into the innermost container. */
  #take(): void {
    const last = this.#open.length - 1;
    const left = this.#open[last];
    if (left !== undefined) this.#open[last] = left - 1;
  }
}
