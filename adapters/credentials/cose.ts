import { nodeCrypto } from '../../gateway/node-crypto.ts';
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

/** What a protected header says that counts here. */
interface ProtectedHeader {
  readonly octets: Uint8Array;
  readonly algorithm: CborValue;
  readonly keyId: string | null | undefined;
  readonly isCritical: boolean;
  /** What is signed, up to the payload. */
  readonly start: Uint8Array;
}

const [CWT_TAG, SIGN1_TAG] = [61, 18];
const [ALGORITHM, CRITICAL, KEY_ID] = [1, 2, 4];
const ALGORITHMS: ReadonlyMap<CborValue, CredentialAlgorithm> = new Map([
  [-7, 'ES256'],
  [-37, 'PS256'],
]);
const MAX_KEY_ID_OCTETS = 32;
/** So many protected headers are remembered, and no longer ones: an issuer's certificates all have the same one. */
const [REMEMBERED, MAX_REMEMBERED_OCTETS] = [256, 128];
const remembered: (ProtectedHeader | undefined)[] = Array.from({ length: REMEMBERED });
/** A list of four, and the text `Signature1`. */
const SIGNATURE_CONTEXT = Uint8Array.of(0x84, 0x6a, ...new TextEncoder().encode('Signature1'));
/** Major type 2, alone: no octets (RFC 8949 section 3). */
const [BYTES, EMPTY] = [0x40, 0x40];
const SLAB_OCTETS = 65_536;
const slab = { octets: new Uint8Array(0), used: 0 };

/**
 * Reads a COSE_Sign1 message: bare, tagged 18, or tagged 61 around that (RFC 8392 section 6); all three circulate. Issuers
 * put algorithm and key identifier into either header; the protected one wins. Nothing signs the other one, and it chooses
 * nothing: a key makes signatures of one algorithm alone. Throws a CredentialError.
 */
export function readSignedMessage(octets: Uint8Array): SignedMessage {
  const [protectedOctets, unprotected, payload, signature] = partsOf(untagged(decodeCbor(viewed(octets))));
  const header = protectedHeader(protectedOctets);
  if (header.isCritical || unprotected.has(CRITICAL)) {
    // Names what a reader has to understand, and nothing of that kind is defined for certificates.
    throw new CredentialError('header_malformed', 'critical header parameters');
  }
  const algorithm = ALGORITHMS.get(header.algorithm ?? unprotected.get(ALGORITHM));
  if (algorithm === undefined) throw new CredentialError('algorithm_refused', 'neither ES256 nor PS256');
  const keyId = header.keyId === undefined ? keyIdIn(unprotected) : header.keyId;
  if (keyId === undefined || keyId === null) throw new CredentialError('key_id_missing', 'no key identifier');
  const signed = signatureInput(header.start, payload);
  return {
    algorithm,
    keyId,
    // Read out of what is verified, and of nothing else.
    payload: signed.subarray(signed.length - payload.length),
    signed,
    signature: copied(signature),
  };
}

/** In Node, items of octets come as views of a Buffer: what is kept of them is copied once, here, and not twice. */
function viewed(octets: Uint8Array): Uint8Array {
  return nodeCrypto === undefined ? octets : Buffer.from(octets.buffer, octets.byteOffset, octets.length);
}

/** What these octets say, without reading them again where the last header in their place had the same ones. */
function protectedHeader(octets: Uint8Array): ProtectedHeader {
  const place = octets.length > MAX_REMEMBERED_OCTETS ? null : placeOf(octets);
  const known = place === null ? undefined : remembered[place];
  if (known !== undefined && isSame(known.octets, octets)) return known;
  const members = octets.length === 0 ? new Map() : decodeCbor(octets);
  if (!isMap(members)) throw malformed();
  const read: ProtectedHeader = {
    octets: Uint8Array.from(octets),
    algorithm: members.get(ALGORITHM),
    keyId: keyIdIn(members),
    isCritical: members.has(CRITICAL),
    start: signatureStart(octets),
  };
  if (place !== null) remembered[place] = read;
  return read;
}

/** In hex. Undefined: it names none; null: what it has in the place of one is none. */
function keyIdIn(header: Header): string | null | undefined {
  const keyId = header.get(KEY_ID);
  if (keyId === undefined || keyId === null) return undefined;
  return keyId instanceof Uint8Array && keyId.length > 0 && keyId.length <= MAX_KEY_ID_OCTETS ? hexOf(keyId) : null;
}

/** Whoever makes many headers for one place has them read again, as if none were remembered. */
function placeOf(octets: Uint8Array): number {
  let sum = octets.length;
  for (let index = 0; index < octets.length; index += 1) sum = (Math.imul(sum, 31) + (octets[index] ?? 0)) | 0;
  return (sum ^ (sum >>> 8) ^ (sum >>> 16)) & (REMEMBERED - 1);
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index += 1) {
    if (one[index] !== other[index]) return false;
  }
  return true;
}

/** The Sig_structure of one signer (RFC 9052 section 4.4) up to its payload: context, protected header, no external data. */
function signatureStart(header: Uint8Array): Uint8Array {
  const headerAt = SIGNATURE_CONTEXT.length + headLength(header.length);
  const start = new Uint8Array(headerAt + header.length + 1);
  start.set(SIGNATURE_CONTEXT);
  writeHead(start, headerAt, header.length);
  start.set(header, headerAt);
  start[headerAt + header.length] = EMPTY;
  return start;
}

function signatureInput(start: Uint8Array, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const payloadAt = start.length + headLength(payload.length);
  const input = roomOf(payloadAt + payload.length);
  input.set(start);
  writeHead(input, payloadAt, payload.length);
  input.set(payload, payloadAt);
  return input;
}

/**
 * Memory from a slab that many share, and that goes with the last of them: to free some for each certificate takes longer
 * than to put the input together. None is used twice, since a browser verifies later.
 */
function roomOf(length: number): Uint8Array<ArrayBuffer> {
  if (slab.octets.length - slab.used < length) {
    slab.octets = new Uint8Array(Math.max(SLAB_OCTETS, length));
    slab.used = 0;
  }
  const room = slab.octets.subarray(slab.used, slab.used + length);
  slab.used += length;
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

function malformed(): CredentialError {
  return new CredentialError('cose_malformed', 'not one COSE_Sign1 message');
}
