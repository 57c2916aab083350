import { sha256 as sha256InScript } from '@noble/hashes/sha2.js';
import { nodeCrypto } from '../node-crypto.ts';

/** Bytes in every hash of the tree (SHA-256). */
export const HASH_BYTES = 32;

const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;

/** Root of the tree with no entries: SHA-256 of nothing (RFC 9162, section 2.1.1). */
export const emptyRoot: Uint8Array = sha256(new Uint8Array(0));

/** An inclusion proof as claimed by someone: entry `index` of the tree of `size` entries. */
export type InclusionClaim = {
  readonly index: number;
  readonly size: number;
  readonly leafHash: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
};

/** A consistency proof as claimed by someone: the tree of `size1` is the beginning of the tree of `size2`. */
export type ConsistencyClaim = {
  readonly size1: number;
  readonly size2: number;
  readonly proof: readonly Uint8Array[];
  readonly root1: Uint8Array;
  readonly root2: Uint8Array;
};

/**
 * What is hashed is laid out here, where it is no longer than this: memory that is got and freed for every hash costs as
 * much as the hash.
 */
const input = new Uint8Array(2_048);

/** Hash of an entry (RFC 9162, section 2.1.1). The prefix keeps an entry from being passed off as an inner node. */
export function leafHash(bytes: Uint8Array): Uint8Array {
  const laidOut = roomFor(1 + bytes.length);
  laidOut[0] = LEAF_PREFIX;
  laidOut.set(bytes, 1);
  return sha256(laidOut);
}

/** Hash of an inner node from its two 32-byte children (RFC 9162, section 2.1.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const laidOut = roomFor(1 + left.length + right.length);
  laidOut[0] = NODE_PREFIX;
  laidOut.set(left, 1);
  laidOut.set(right, 1 + left.length);
  return sha256(laidOut);
}

function roomFor(length: number): Uint8Array {
  return length > input.length ? new Uint8Array(length) : input.subarray(0, length);
}

/** Whether the claim holds (RFC 9162, section 2.1.3.2). Malformed input is a claim that does not hold. */
export function verifyInclusion(claim: InclusionClaim): boolean {
  if (!isInclusionClaim(claim)) return false;
  const computed = rootOfInclusion(claim);
  return computed !== null && sameBytes(computed, claim.root);
}

/**
 * The root that a path leads to from entry `index` of a tree of `size` (RFC 9162, section 2.1.3.2): for whoever holds a
 * signature over the root and not the root itself. Null where the path is not as long as that entry's path is.
 */
export function rootOfInclusion({ index, size, leafHash, proof }: Omit<InclusionClaim, 'root'>): Uint8Array | null {
  let position = index;
  let last = size - 1;
  let computed = leafHash;
  for (const sibling of proof) {
    if (last === 0) return null;
    if (isOdd(position) || position === last) {
      computed = nodeHash(sibling, computed);
      while (!isOdd(position) && position !== 0) {
        position = half(position);
        last = half(last);
      }
    } else {
      computed = nodeHash(computed, sibling);
    }
    position = half(position);
    last = half(last);
  }
  return last === 0 ? computed : null;
}

/**
 * Whether the claim holds (RFC 9162, section 2.1.4.2). Malformed input is a claim that does not hold.
 * Every tree extends the empty one, so a proof from it says nothing and is refused; two empty trees must have
 * the empty tree's own root. A tree is consistent with itself whatever its root looks like (the published vectors of
 * transparency-dev/merkle have one such case), so lengths are checked only where hashing follows.
 */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  if (!isConsistencyClaim(claim)) return false;
  const { size1, size2, root1, root2 } = claim;
  if (size1 > size2) return false;
  if (size1 === size2) {
    const rootFits = size1 > 0 || sameBytes(root1, emptyRoot);
    return claim.proof.length === 0 && rootFits && sameBytes(root1, root2);
  }
  if (size1 === 0 || claim.proof.length === 0 || !isHash(root1) || !isHash(root2)) return false;
  const path = isPowerOfTwo(size1) ? [root1, ...claim.proof] : claim.proof;
  return leadsToBothRoots(claim, path);
}

/** Compares two byte strings that are public; not for secrets (it stops at the first difference). */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function leadsToBothRoots(claim: ConsistencyClaim, path: readonly Uint8Array[]): boolean {
  let position = claim.size1 - 1;
  let last = claim.size2 - 1;
  while (isOdd(position)) {
    position = half(position);
    last = half(last);
  }
  const [start, ...rest] = path;
  if (start === undefined) return false;
  let older = start;
  let newer = start;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (isOdd(position) || position === last) {
      older = nodeHash(sibling, older);
      newer = nodeHash(sibling, newer);
      while (!isOdd(position) && position !== 0) {
        position = half(position);
        last = half(last);
      }
    } else {
      newer = nodeHash(newer, sibling);
    }
    position = half(position);
    last = half(last);
  }
  return last === 0 && sameBytes(older, claim.root1) && sameBytes(newer, claim.root2);
}

// Proofs come from strangers and the types say nothing at run time, hence the checks on values typed already.
function isInclusionClaim(claim: InclusionClaim): boolean {
  return (
    isRecord(claim) &&
    isCount(claim.index) &&
    isCount(claim.size) &&
    claim.index < claim.size &&
    isHash(claim.leafHash) &&
    isHash(claim.root) &&
    isProof(claim.proof)
  );
}

function isConsistencyClaim(claim: ConsistencyClaim): boolean {
  return (
    isRecord(claim) &&
    isCount(claim.size1) &&
    isCount(claim.size2) &&
    claim.root1 instanceof Uint8Array &&
    claim.root2 instanceof Uint8Array &&
    isProof(claim.proof)
  );
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isHash(value: unknown): boolean {
  return value instanceof Uint8Array && value.length === HASH_BYTES;
}

// A path longer than the bits of a size can never be right: refuse it before hashing any of it.
function isProof(value: unknown): boolean {
  return Array.isArray(value) && value.length <= 2 * 53 && value.every(isHash);
}

function isOdd(count: number): boolean {
  return count % 2 === 1;
}

// Sizes go up to 2^53, where the 32-bit shift operators would silently cut them.
function half(count: number): number {
  return Math.floor(count / 2);
}

function isPowerOfTwo(count: number): boolean {
  let rest = count;
  while (rest > 1 && !isOdd(rest)) rest = half(rest);
  return rest === 1;
}

/** The digest has to come at once, which WebCrypto's does not: a browser computes it itself. */
export function sha256(bytes: Uint8Array): Uint8Array {
  if (nodeCrypto === undefined) return sha256InScript(bytes);
  const { buffer, byteOffset, byteLength } = nodeCrypto.hash('sha256', bytes, 'buffer');
  // Without a Buffer's methods, which differ from those of other octets.
  return new Uint8Array(buffer, byteOffset, byteLength);
}
