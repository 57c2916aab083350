import { base64url } from 'jose';
import { HASH_BYTES, leafHash, rootOfInclusion } from '../log/merkle.ts';
import { base64urlOf, utf8Of } from './octets.ts';
import { SIGNATURE_BYTES } from './signature.ts';
import type { JsonObject } from './strict-json.ts';
import { TrustError } from './trust-error.ts';

/**
 * The Merkle form of a compact JWS: one signature for many tokens. Header and payload stand as in every compact JWS, and
 * the header names the form as critical (RFC 7515 section 4.1.11), so that a verifier that does not know it refuses the
 * token. The third part is, in place of a signature:
 *
 *     index (2 octets) | size (2) | path, leaf to root (32 each) | signature (64)
 *
 * Numbers are big-endian. The token's leaf is the RFC 9162 leaf hash of its signing input, and what is signed is a text
 * that names the size and the root of the tree (`rootText`).
 *
 * A path shows hashes of other people's tokens. Nobody can try guesses against them: each token of a type that takes this
 * form has at least 120 random bits that no neighbour knows (the salted digests of a status statement, the nonce of the
 * question that a statement answer repeats, the `jti` of an attestation). A type without them must not take it.
 */
const MEMBER = 'huren-merkle';
const VERSION = 1;
/** Most tokens under one signature: a path of 8 hashes. */
export const MOST_LEAVES = 256;

const NUMBERS_BYTES = 4;
const MOST_HASHES = Math.log2(MOST_LEAVES);
/** A NUL is in no JWS signing input and in no signed note (C2SP), so that this passes for neither, nor they for this. */
const ROOT_PREFIX = 'huren-merkle-root/1\0';

/** A token's place under the root, as its third part says. */
export interface MerkleProof {
  readonly index: number;
  readonly size: number;
  readonly path: readonly Uint8Array[];
  readonly signature: Uint8Array<ArrayBuffer>;
}

/** What the header has to say beside `alg`, `typ` and `kid`. */
export const MERKLE_MEMBERS = { crit: [MEMBER], [MEMBER]: VERSION } as const;

/** Whether a header speaks of this form at all, rightly or not. */
export function speaksOfMerkle(members: JsonObject): boolean {
  return Object.hasOwn(members, MEMBER);
}

/** Whether a header declares this form, in this version and with nothing else that is critical. */
export function declaresMerkle(members: JsonObject): boolean {
  const { crit, [MEMBER]: version } = members;
  return Array.isArray(crit) && crit.length === 1 && crit[0] === MEMBER && version === VERSION;
}

/** Lays out a third part. */
export function encodeMerkleProof({ index, size, path, signature }: MerkleProof): string {
  const bytes = new Uint8Array(NUMBERS_BYTES + path.length * HASH_BYTES + SIGNATURE_BYTES);
  const numbers = new DataView(bytes.buffer);
  numbers.setUint16(0, index);
  numbers.setUint16(2, size);
  let at = NUMBERS_BYTES;
  for (const hash of path) {
    bytes.set(hash, at);
    at += HASH_BYTES;
  }
  bytes.set(signature, at);
  return base64urlOf(bytes);
}

/**
 * Reads a third part: an index among the leaves, and octets for a path and a signature with none left over. Whether the
 * path is as long as it has to be in that place, only the way to the root tells; a tree of one leaf has none, and is not
 * written so. Throws `token_malformed`.
 */
export function parseMerkleProof(bytes: Uint8Array<ArrayBuffer>): MerkleProof {
  const hashes = (bytes.length - NUMBERS_BYTES - SIGNATURE_BYTES) / HASH_BYTES;
  if (!Number.isInteger(hashes) || hashes < 1 || hashes > MOST_HASHES) throw malformed();
  const numbers = new DataView(bytes.buffer, bytes.byteOffset, NUMBERS_BYTES);
  const [index, size] = [numbers.getUint16(0), numbers.getUint16(2)];
  if (size > MOST_LEAVES || index >= size) throw malformed();
  const hashAt = (height: number) =>
    bytes.subarray(NUMBERS_BYTES + height * HASH_BYTES, NUMBERS_BYTES + (height + 1) * HASH_BYTES);
  const path = Array.from({ length: hashes }, (_, height) => hashAt(height));
  return { index, size, path, signature: bytes.slice(-SIGNATURE_BYTES) };
}

/** The text whose signature vouches for a token, by its signing input and its place. Throws `token_malformed`. */
export function rootTextOf(signingInput: string, { index, size, path }: MerkleProof): string {
  const leaf = leafHash(utf8Of(signingInput));
  const root = rootOfInclusion({ index, size, leafHash: leaf, proof: path });
  if (root === null) throw malformed();
  return rootText(size, root);
}

/** What is signed for all tokens of a tree, whatever their types. */
export function rootText(size: number, root: Uint8Array): string {
  return `${ROOT_PREFIX}${size}\0${base64url.encode(root)}`;
}

function malformed(): TrustError {
  return new TrustError('token_malformed', 'the proof of inclusion has not the declared form');
}
