import { LogError } from './log-error.ts';
import { emptyRoot, nodeHash } from './merkle.ts';

/** A perfect subtree: `level` 0 is a leaf; it spans entries `index * 2**level` to `(index + 1) * 2**level`. */
export type NodeId = { readonly level: number; readonly index: number };

/** Reads stored hashes of perfect subtrees, in the order asked; rejects when one is not there. */
export type ReadHashes = (nodes: readonly NodeId[]) => Promise<readonly Uint8Array[]>;

type Span = { readonly from: number; readonly to: number };

/** Root of the first `size` entries, from at most log2(size) stored hashes in one read. */
export async function treeRoot(size: number, readHashes: ReadHashes): Promise<Uint8Array> {
  requireSize(size);
  if (size === 0) return emptyRoot;
  return rootOfPeaks(await readHashes(peakNodes(size)));
}

/** Siblings from the leaf up to the root (RFC 9162, section 2.1.3.1). `out_of_range` unless index < size. */
export async function inclusionProof(
  at: { readonly index: number; readonly size: number },
  readHashes: ReadHashes,
): Promise<Uint8Array[]> {
  requireSize(at.size);
  if (!Number.isSafeInteger(at.index) || at.index < 0 || at.index >= at.size) {
    throw new LogError('out_of_range', `no entry ${at.index} in a tree of ${at.size}`);
  }
  return hashSpans(inclusionSpans(at.index, at.size), readHashes);
}

/** RFC 9162, section 2.1.4.1. `out_of_range` unless 0 < size1 <= size2, save for two empty trees. */
export async function consistencyProof(
  between: { readonly size1: number; readonly size2: number },
  readHashes: ReadHashes,
): Promise<Uint8Array[]> {
  const { size1, size2 } = between;
  requireSize(size1);
  requireSize(size2);
  if (size1 > size2 || (size1 === 0 && size2 > 0)) {
    throw new LogError('out_of_range', `no consistency proof from ${size1} to ${size2}`);
  }
  return hashSpans(consistencySpans(size1, size2), readHashes);
}

/** The perfect subtrees that make up the tree of `size`, left to right; one for each 1 in its binary form. */
export function peakNodes(size: number): NodeId[] {
  return cover({ from: 0, to: size });
}

/** Root of a tree from its peaks, left to right. */
export function rootOfPeaks(peaks: readonly Uint8Array[]): Uint8Array {
  const last = peaks.at(-1);
  if (last === undefined) return emptyRoot;
  return peaks.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}

function inclusionSpans(index: number, size: number): Span[] {
  const spans: Span[] = [];
  let from = 0;
  let to = size;
  while (to - from > 1) {
    const middle = from + largestPowerBelow(to - from);
    if (index < middle) {
      spans.push({ from: middle, to });
      to = middle;
    } else {
      spans.push({ from, to: middle });
      from = middle;
    }
  }
  return spans.reverse();
}

function consistencySpans(size1: number, size2: number): Span[] {
  const spans: Span[] = [];
  let from = 0;
  let to = size2;
  while (to !== size1) {
    const middle = from + largestPowerBelow(to - from);
    if (size1 <= middle) {
      spans.push({ from: middle, to });
      to = middle;
    } else {
      spans.push({ from, to: middle });
      from = middle;
    }
  }
  // Where the older tree is itself a subtree of the newer, its root is known to the verifier and left out.
  if (from > 0) spans.push({ from, to });
  return spans.reverse();
}

async function hashSpans(spans: readonly Span[], readHashes: ReadHashes): Promise<Uint8Array[]> {
  const covers = spans.map(cover);
  const wanted = covers.flat();
  if (wanted.length === 0) return [];
  const hashes = await readHashes(wanted);
  let taken = 0;
  return covers.map((nodes) => {
    const start = taken;
    taken += nodes.length;
    return rootOfPeaks(hashes.slice(start, taken));
  });
}

function cover(span: Span): NodeId[] {
  const nodes: NodeId[] = [];
  let from = span.from;
  while (from < span.to) {
    const width = largestPowerUpTo(span.to - from);
    nodes.push({ level: Math.log2(width), index: from / width });
    from += width;
  }
  return nodes;
}

function largestPowerUpTo(count: number): number {
  let power = 1;
  while (power * 2 <= count) power *= 2;
  return power;
}

function largestPowerBelow(count: number): number {
  return largestPowerUpTo(count - 1);
}

function requireSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw new LogError('out_of_range', 'not a tree size');
}
