import { type CborValue, decodeCbor, isMap, isTag } from './cbor.ts';
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
/** Major type 2, alone: no octets (RFC 8949 section 3). */
const [BYTES, EMPTY] = [0x40, 0x40];
const SLAB_OCTETS = 65_536;
const slab = { left: new Uint8Array(0) };

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
    signature: copied(signature),
  };
}

/** The Sig_structure of one signer (RFC 9052 section 4.4): context, protected header, no external data, payload. */
function signatureInput(header: Uint8Array, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const headerAt = SIGNATURE_CONTEXT.length + headLength(header.length);
  const payloadAt = headerAt + header.length + 1 + headLength(payload.length);
  const input = roomOf(payloadAt + payload.length);
  input.set(SIGNATURE_CONTEXT);
  writeHead(input, headerAt, header.length);
  input.set(header, headerAt);
  input[headerAt + header.length] = EMPTY;
  writeHead(input, payloadAt, payload.length);
  input.set(payload, payloadAt);
  return input;
}

/**
 * Memory from a slab that many share, and that goes with the last of them: to free some for each certificate takes longer
 * than to put the input together. None is used twice, since a browser verifies later.
 */
function roomOf(length: number): Uint8Array<ArrayBuffer> {
  if (slab.left.length < length) slab.left = new Uint8Array(Math.max(SLAB_OCTETS, length));
  const room = slab.left.subarray(0, length);
  slab.left = slab.left.subarray(length);
  return room;
}

/** Small octets of their own would be moved when they are first handed to what verifies. */
function copied(octets: Uint8Array): Uint8Array<ArrayBuffer> {
  const room = roomOf(octets.length);
  room.set(octets);
  return room;
}

/** Of a byte string of definite length, in its shortest form. */
function headLength(length: number): number {
  if (length < 24) return 1;
  return length < 256 ? 2 : 3;
}

/** Writes the head of a byte string whose content begins at `end`. */
function writeHead(input: Uint8Array, end: number, length: number): void {
  const start = end - headLength(length);
  input[end - 1] = length & 0xff;
  switch (end - start) {
    case 1:
      input[start] = BYTES + length;
      break;
    case 2:
      input[start] = BYTES + 24;
      break;
    default:
      input[start] = BYTES + 25;
      input[start + 1] = length >> 8;
  }
}

function untagged(value: CborValue): CborValue {
  const inner = isTag(value) && value.tag === CWT_TAG ? value.value : value;
  return isTag(inner) && inner.tag === SIGN1_TAG ? inner.value : inner;
}

function partsOf(value: CborValue): [Uint8Array, Header, Uint8Array, Uint8Array<ArrayBuffer>] {
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

function malformed(): CredentialError {
  return new CredentialError('cose_malformed', 'not one COSE_Sign1 message');
}
