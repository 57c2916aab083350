import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { CompactRange } from './compact-range.ts';
import { type ConsistencyClaim, emptyRoot, type InclusionClaim, leafHash } from './merkle.ts';
import { consistencyProof, inclusionProof, type NodeId, type ReadHashes } from './merkle-proof.ts';

export const MOST = 130;
export const entries = Array.from({ length: MOST }, (_, at) => new TextEncoder().encode(`entry ${at}`));

// The definitions of RFC 9162, sections 2.1.1, 2.1.3.1 and 2.1.4.1, written down as they stand there.
export function reference(data: readonly Uint8Array[]): Uint8Array {
  if (data.length === 0) return new Uint8Array(createHash('sha256').digest());
  const [only] = data;
  if (data.length === 1 && only !== undefined) return sha256(Uint8Array.of(0), only);
  const k = split(data.length);
  return sha256(Uint8Array.of(1), reference(data.slice(0, k)), reference(data.slice(k)));
}

export function referencePath(index: number, data: readonly Uint8Array[]): Uint8Array[] {
  if (data.length <= 1) return [];
  const k = split(data.length);
  return index < k
    ? [...referencePath(index, data.slice(0, k)), reference(data.slice(k))]
    : [...referencePath(index - k, data.slice(k)), reference(data.slice(0, k))];
}

export function referenceSubproof(size1: number, data: readonly Uint8Array[], whole: boolean): Uint8Array[] {
  if (size1 === data.length) return whole ? [] : [reference(data)];
  const k = split(data.length);
  return size1 <= k
    ? [...referenceSubproof(size1, data.slice(0, k), whole), reference(data.slice(k))]
    : [...referenceSubproof(size1 - k, data.slice(k), false), reference(data.slice(0, k))];
}

function split(count: number): number {
  let k = 1;
  while (k * 2 < count) k *= 2;
  return k;
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

export function memoryTree(size: number): { range: CompactRange; read: ReadHashes; asked: () => number } {
  const range = new CompactRange();
  const stored = new Map<string, Uint8Array>();
  for (const entry of entries.slice(0, size)) {
    for (const { level, index, hash } of range.append(leafHash(entry))) stored.set(`${level}/${index}`, hash);
  }
  let asked = 0;
  const read = async (nodes: readonly NodeId[]) => {
    asked += nodes.length;
    return nodes.map(({ level, index }) => stored.get(`${level}/${index}`) ?? new Uint8Array(0));
  };
  return { range, read, asked: () => asked };
}

export const whole = memoryTree(MOST);
export const rootOf = (size: number) => reference(entries.slice(0, size));
export const sizes = fc.integer({ min: 1, max: MOST });
export const positions = sizes.chain((size) => fc.tuple(fc.integer({ min: 0, max: size - 1 }), fc.constant(size)));
export const pairs = sizes.chain((size2) => fc.tuple(fc.integer({ min: 1, max: size2 }), fc.constant(size2)));

export async function inclusion(index: number, size: number): Promise<InclusionClaim> {
  const proof = await inclusionProof({ index, size }, whole.read);
  return { index, size, leafHash: leafHash(entries[index] ?? emptyRoot), proof, root: rootOf(size) };
}

export async function consistency(size1: number, size2: number): Promise<ConsistencyClaim> {
  const proof = await consistencyProof({ size1, size2 }, whole.read);
  return { size1, size2, proof, root1: rootOf(size1), root2: rootOf(size2) };
}

export function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = new Uint8Array(bytes);
  const at = Math.floor(bit / 8);
  flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit % 8));
  return flipped;
}
