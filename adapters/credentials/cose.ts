import { type CborValue, decodeCbor, isTag } from './cbor.ts';
import { hexOf } from './certificate.ts';
import { CredentialError } from './credential-error.ts';
import type { CredentialAlgorithm } from './signer-key.ts';

/** One COSE_Sign1 message (RFC 9052 section 4.2) that nobody has verified yet. */
export interface SignedMessage {
  readonly algorithm: CredentialAlgorithm;
  /** In hex, as the protected header has it, else the other one. */
  readonly keyId: string;
  readonly payload: Uint8Array;
  /** What was signed: the Sig_structure. */
  readonly signed: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
}

type Header = ReadonlyMap<CborValue, CborValue>;

const [CWT_TAG, SIGN1_TAG] = [61, 18];
const [ALGORITHM, CRITICAL, KEY_ID] = [1, 2, 4];
const ALGORITHMS: ReadonlyMap<CborValue, CredentialAlgorithm> = new Map([
  [-7, 'ES256'],
  [-37, 'PS256'],
]);
const MAX_KEY_ID_OCTETS = 32;
/** A list of four, and the text `Signature1`. */
const SIGNATURE_CONTEXT = Uint8Array.of(0x84, 0x6a, ...new TextEncoder().encode('Signature1'));
const EMPTY = Uint8Array.of(0x40);

/**
 * Reads a COSE_Sign1 message: bare, tagged 18, or tagged 61 around that (RFC 8392 section 6); all three circulate. Issuers
 * put algorithm and key identifier into either header; the protected one wins. Nothing signs the other one, and it chooses
 * nothing: a key makes signatures of one algorithm alone. Throws a CredentialError.
 */
export function readSignedMessage(octets: Uint8Array): SignedMessage {
  const [protectedOctets, unprotected, payload, signature] = partsOf(untagged(decodeCbor(octets)));
  const header = protectedOctets.length === 0 ? new Map() : decodeCbor(protectedOctets);
  if (!isMap(header)) throw malformed();
  if (header.has(CRITICAL) || unprotected.has(CRITICAL)) {
    // Names what a reader has to understand, and nothing of that kind is defined for certificates.
    throw new CredentialError('header_malformed', 'critical header parameters');
  }
  const algorithm = ALGORITHMS.get(header.get(ALGORITHM) ?? unprotected.get(ALGORITHM));
  if (algorithm === undefined) throw new CredentialError('algorithm_refused', 'neither ES256 nor PS256');
  const keyId = header.get(KEY_ID) ?? unprotected.get(KEY_ID);
  if (!(keyId instanceof Uint8Array) || keyId.length === 0 || keyId.length > MAX_KEY_ID_OCTETS) {
    throw new CredentialError('key_id_missing', 'no key identifier');
  }
  return {
    algorithm,
    keyId: hexOf(keyId),
    payload,
    signed: signatureInput(protectedOctets, payload),
    // Its constructor copies octets at once, where `from` goes through them one by one.
    signature: new Uint8Array(signature),
  };
}

/** The Sig_structure of one signer (RFC 9052 section 4.4): context, protected header, no external data, payload. */
function signatureInput(header: Uint8Array, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const parts = [
    SIGNATURE_CONTEXT,
    byteStringHead(header.length),
    header,
    EMPTY,
    byteStringHead(payload.length),
    payload,
  ];
  const input = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    input.set(part, at);
    at += part.length;
  }
  return input;
}

/** Of definite length, in its shortest form. */
function byteStringHead(length: number): Uint8Array {
  if (length < 24) return Uint8Array.of(0x40 + length);
  return length < 256 ? Uint8Array.of(0x58, length) : Uint8Array.of(0x59, length >> 8, length & 0xff);
}

function untagged(value: CborValue): CborValue {
  const inner = isTag(value) && value.tag === CWT_TAG ? value.value : value;
  return isTag(inner) && inner.tag === SIGN1_TAG ? inner.value : inner;
}

function partsOf(value: CborValue): [Uint8Array, Header, Uint8Array, Uint8Array] {
  if (!Array.isArray(value)) throw malformed();
  const parts: readonly CborValue[] = value;
  const [header, unprotected, payload, signature] = parts;
  const isWhole =
    parts.length === 4 &&
    header instanceof Uint8Array &&
    isMap(unprotected) &&
    payload instanceof Uint8Array &&
    signature instanceof Uint8Array;
  if (!isWhole) throw malformed();
  return [header, unprotected, payload, signature];
}

function isMap(value: CborValue): value is Header {
  return value instanceof Map;
}

function malformed(): CredentialError {
  return new CredentialError('cose_malformed', 'not one COSE_Sign1 message');
}
