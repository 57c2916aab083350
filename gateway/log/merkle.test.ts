import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CompactRange } from './compact-range.ts';
import { LogError } from './log-error.ts';
import {
  type ConsistencyClaim,
  emptyRoot,
  type InclusionClaim,
  leafHash,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts';
import { consistencyProof, inclusionProof, type NodeId, type ReadHashes, treeRoot } from './merkle-proof.ts';

const MOST = 130;
const entries = Array.from({ length: MOST }, (_, at) => new TextEncoder().encode(`entry ${at}`));

// The definitions of RFC 9162, sections 2.1.1, 2.1.3.1 and 2.1.4.1, written down as they stand there.
function reference(data: readonly Uint8Array[]): Uint8Array {
  if (data.length === 0) return new Uint8Array(createHash('sha256').digest());
  const [only] = data;
  if (data.length === 1 && only !== undefined) return sha256(Uint8Array.of(0), only);
  const k = split(data.length);
  return sha256(Uint8Array.of(1), reference(data.slice(0, k)), reference(data.slice(k)));
}

function referencePath(index: number, data: readonly Uint8Array[]): Uint8Array[] {
  if (data.length <= 1) return [];
  const k = split(data.length);
  return index < k
    ? [...referencePath(index, data.slice(0, k)), reference(data.slice(k))]
    : [...referencePath(index - k, data.slice(k)), reference(data.slice(0, k))];
}

function referenceSubproof(size1: number, data: readonly Uint8Array[], whole: boolean): Uint8Array[] {
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

function memoryTree(size: number): { range: CompactRange; read: ReadHashes; asked: () => number } {
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

const whole = memoryTree(MOST);
const rootOf = (size: number) => reference(entries.slice(0, size));
const sizes = fc.integer({ min: 1, max: MOST });
const positions = sizes.chain((size) => fc.tuple(fc.integer({ min: 0, max: size - 1 }), fc.constant(size)));
const pairs = sizes.chain((size2) => fc.tuple(fc.integer({ min: 1, max: size2 }), fc.constant(size2)));

async function inclusion(index: number, size: number): Promise<InclusionClaim> {
  const proof = await inclusionProof({ index, size }, whole.read);
  return { index, size, leafHash: leafHash(entries[index] ?? emptyRoot), proof, root: rootOf(size) };
}

async function consistency(size1: number, size2: number): Promise<ConsistencyClaim> {
  const proof = await consistencyProof({ size1, size2 }, whole.read);
  return { size1, size2, proof, root1: rootOf(size1), root2: rootOf(size2) };
}

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = new Uint8Array(bytes);
  const at = Math.floor(bit / 8);
  flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit % 8));
  return flipped;
}

describe('the tree', () => {
  test('a hash is of what lay in its place before, or a long entry has another one than a short one', () => {
    const byNode = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    // Longer and shorter in turn.
    for (const length of [0, 5_000, 1, 2_047, 32, 2_048, 31]) {
      const entry = new Uint8Array(length).fill(length);
      expect(Buffer.from(leafHash(entry)).toString('hex')).toBe(byNode(Uint8Array.of(0, ...entry)));
      expect(Buffer.from(nodeHash(entry, entry)).toString('hex')).toBe(byNode(Uint8Array.of(1, ...entry, ...entry)));
    }
  });

  test('an entry made of two hashes is not mistaken for an inner node', () => {
    const [left, right] = [leafHash(Uint8Array.of(1)), leafHash(Uint8Array.of(2))];
    expect(leafHash(Uint8Array.from([...left, ...right]))).not.toEqual(nodeHash(left, right));
  });

  test('the root of no entries is not the hash of nothing', () => {
    expect(emptyRoot).toEqual(reference([]));
    expect(new CompactRange().root()).toEqual(emptyRoot);
  });

  test('a root built entry by entry differs from the definition', () => {
    for (let size = 0; size <= MOST; size += 1) expect(memoryTree(size).range.root()).toEqual(rootOf(size));
  });

  test('an older root read from stored hashes differs from the definition', async () => {
    for (let size = 0; size <= MOST; size += 1) expect(await treeRoot(size, whole.read)).toEqual(rootOf(size));
  });

  test('a range restored with the wrong number of peaks is taken', () => {
    expect(() => new CompactRange(3, [emptyRoot])).toThrow(LogError);
  });
});

describe('proofs made', () => {
  test('an inclusion proof differs from the definition or is not accepted', async () => {
    await fc.assert(
      fc.asyncProperty(positions, async ([index, size]) => {
        const claim = await inclusion(index, size);
        expect(claim.proof).toEqual(referencePath(index, entries.slice(0, size)));
        expect(verifyInclusion(claim)).toBe(true);
      }),
    );
  });

  test('a consistency proof differs from the definition or is not accepted', async () => {
    await fc.assert(
      fc.asyncProperty(pairs, async ([size1, size2]) => {
        const claim = await consistency(size1, size2);
        expect(claim.proof).toEqual(referenceSubproof(size1, entries.slice(0, size2), true));
        expect(verifyConsistency(claim)).toBe(true);
      }),
    );
  });

  test('a proof reads more stored hashes than twice the height of the tree', async () => {
    for (let index = 0; index < MOST; index += 1) {
      const tree = memoryTree(MOST);
      await inclusionProof({ index, size: MOST }, tree.read);
      expect(tree.asked()).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(MOST)));
    }
  });

  test('a proof is made for an entry the tree does not have', async () => {
    await expect(inclusionProof({ index: 5, size: 5 }, whole.read)).rejects.toMatchObject({ code: 'out_of_range' });
    await expect(inclusionProof({ index: -1, size: 5 }, whole.read)).rejects.toMatchObject({ code: 'out_of_range' });
    await expect(consistencyProof({ size1: 0, size2: 5 }, whole.read)).rejects.toMatchObject({ code: 'out_of_range' });
    await expect(consistencyProof({ size1: 6, size2: 5 }, whole.read)).rejects.toMatchObject({ code: 'out_of_range' });
  });
});

describe('inclusion claims', () => {
  test('a claim with one bit changed is accepted', async () => {
    await fc.assert(
      fc.asyncProperty(positions, fc.nat({ max: 255 }), fc.nat(), async ([index, size], bit, which) => {
        const claim = await inclusion(index, size);
        expect(verifyInclusion({ ...claim, leafHash: flip(claim.leafHash, bit) })).toBe(false);
        expect(verifyInclusion({ ...claim, root: flip(claim.root, bit) })).toBe(false);
        const at = claim.proof.length === 0 ? -1 : which % claim.proof.length;
        const proof = claim.proof.map((hash, place) => (place === at ? flip(hash, bit) : hash));
        if (at >= 0) expect(verifyInclusion({ ...claim, proof })).toBe(false);
      }),
    );
  });

  test('a claim for another position is accepted', async () => {
    await fc.assert(
      fc.asyncProperty(positions, fc.nat({ max: MOST }), async ([index, size], other) => {
        fc.pre(other !== index);
        expect(verifyInclusion({ ...(await inclusion(index, size)), index: other })).toBe(false);
      }),
    );
  });

  test('a proof cut short or drawn out is accepted', async () => {
    await fc.assert(
      fc.asyncProperty(positions, async ([index, size]) => {
        const claim = await inclusion(index, size);
        expect(verifyInclusion({ ...claim, proof: [...claim.proof, claim.root] })).toBe(false);
        expect(verifyInclusion({ ...claim, proof: [claim.root, ...claim.proof] })).toBe(false);
        if (size > 1) expect(verifyInclusion({ ...claim, proof: claim.proof.slice(1) })).toBe(false);
      }),
    );
  });

  test('the root of a smaller tree passes for that of a larger one', async () => {
    await fc.assert(
      fc.asyncProperty(positions, fc.integer({ min: 1, max: 20 }), async ([index, size], doublings) => {
        const larger = 2 ** (Math.ceil(Math.log2(size)) + doublings);
        expect(verifyInclusion({ ...(await inclusion(index, size)), size: larger })).toBe(false);
      }),
    );
  });

  test('a proof drawn out above the root passes with a root made to fit', async () => {
    await fc.assert(
      fc.asyncProperty(positions, async ([index, size]) => {
        const claim = await inclusion(index, size);
        const proof = [...claim.proof, emptyRoot];
        expect(verifyInclusion({ ...claim, proof, root: nodeHash(emptyRoot, claim.root) })).toBe(false);
        expect(verifyInclusion({ ...claim, proof, root: nodeHash(claim.root, emptyRoot) })).toBe(false);
      }),
    );
  });

  test('a malformed claim is accepted or throws', async () => {
    const claim = await inclusion(3, 7);
    const short = claim.root.slice(1);
    for (const index of [-1, 7, 8, 1.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY]) {
      expect(verifyInclusion({ ...claim, index })).toBe(false);
    }
    for (const size of [-1, 0, 3, 7.5, Number.NaN, 2 ** 53]) expect(verifyInclusion({ ...claim, size })).toBe(false);
    expect(verifyInclusion({ ...claim, leafHash: short })).toBe(false);
    expect(verifyInclusion({ ...claim, root: short })).toBe(false);
    expect(verifyInclusion({ ...claim, proof: [short, ...claim.proof.slice(1)] })).toBe(false);
    expect(
      verifyInclusion({ ...claim, size: 2 ** 53 - 1, proof: Array.from({ length: 200_000 }, () => claim.root) }),
    ).toBe(false);
  });

  test('values that are not even of the type throw', async () => {
    const claim = await inclusion(3, 7);
    const strangers: unknown[] = [undefined, null, 'text', 7, {}, []];
    for (const value of strangers) {
      expect(Reflect.apply(verifyInclusion, undefined, [value])).toBe(false);
      expect(Reflect.apply(verifyConsistency, undefined, [value])).toBe(false);
      expect(Reflect.apply(verifyInclusion, undefined, [{ ...claim, root: value }])).toBe(false);
      expect(Reflect.apply(verifyInclusion, undefined, [{ ...claim, proof: value }])).toBe(false);
    }
  });

  test('sizes past 32 bits are cut', () => {
    const leaf = leafHash(Uint8Array.of(1));
    const size = 2 ** 40;
    const proof = Array.from({ length: 40 }, (_, level) => leafHash(Uint8Array.of(level)));
    const root = proof.reduce((below, sibling) => nodeHash(sibling, below), leaf);
    expect(verifyInclusion({ index: size - 1, size, leafHash: leaf, proof, root })).toBe(true);
    expect(verifyInclusion({ index: 2 ** 32 - 1, size, leafHash: leaf, proof, root })).toBe(false);
  });
});

describe('consistency claims', () => {
  test('a claim with one bit changed is accepted', async () => {
    await fc.assert(
      fc.asyncProperty(pairs, fc.nat({ max: 255 }), fc.nat(), async ([size1, size2], bit, which) => {
        const claim = await consistency(size1, size2);
        expect(verifyConsistency({ ...claim, root1: flip(claim.root1, bit) })).toBe(false);
        expect(verifyConsistency({ ...claim, root2: flip(claim.root2, bit) })).toBe(false);
        const at = claim.proof.length === 0 ? -1 : which % claim.proof.length;
        const proof = claim.proof.map((hash, place) => (place === at ? flip(hash, bit) : hash));
        if (at >= 0) expect(verifyConsistency({ ...claim, proof })).toBe(false);
      }),
    );
  });

  test('a proof cut short, drawn out or the wrong way round is accepted', async () => {
    await fc.assert(
      fc.asyncProperty(pairs, async ([size1, size2]) => {
        fc.pre(size1 < size2);
        const claim = await consistency(size1, size2);
        expect(verifyConsistency({ ...claim, proof: [...claim.proof, claim.root2] })).toBe(false);
        expect(verifyConsistency({ ...claim, proof: claim.proof.slice(1) })).toBe(false);
        expect(verifyConsistency({ ...claim, proof: [] })).toBe(false);
        expect(verifyConsistency({ ...claim, size1: size2, size2: size1 })).toBe(false);
      }),
    );
  });

  test('a proof drawn out above the roots passes with roots made to fit', async () => {
    await fc.assert(
      fc.asyncProperty(pairs, async ([size1, size2]) => {
        const claim = await consistency(size1, size2);
        const proof = [...claim.proof, emptyRoot];
        const [root1, root2] = [nodeHash(emptyRoot, claim.root1), nodeHash(emptyRoot, claim.root2)];
        expect(verifyConsistency({ ...claim, proof, root1, root2 })).toBe(false);
      }),
    );
  });

  test('a proof from the empty tree is taken to prove something', () => {
    const root2 = rootOf(4);
    expect(verifyConsistency({ size1: 0, size2: 1, proof: [root2], root1: root2, root2 })).toBe(false);
    expect(verifyConsistency({ size1: 0, size2: 4, proof: [], root1: emptyRoot, root2 })).toBe(false);
    expect(verifyConsistency({ size1: 0, size2: 4, proof: [root2], root1: emptyRoot, root2 })).toBe(false);
    expect(verifyConsistency({ size1: 0, size2: 0, proof: [], root1: root2, root2 })).toBe(false);
    expect(verifyConsistency({ size1: 0, size2: 0, proof: [root2], root1: emptyRoot, root2: emptyRoot })).toBe(false);
    expect(verifyConsistency({ size1: 0, size2: 0, proof: [], root1: emptyRoot, root2: emptyRoot })).toBe(true);
  });

  test('equal sizes are accepted with different roots or with a proof', () => {
    const root = rootOf(4);
    expect(verifyConsistency({ size1: 4, size2: 4, proof: [], root1: root, root2: root })).toBe(true);
    expect(verifyConsistency({ size1: 4, size2: 4, proof: [], root1: root, root2: rootOf(5) })).toBe(false);
    expect(verifyConsistency({ size1: 4, size2: 4, proof: [root], root1: root, root2: root })).toBe(false);
  });

  test('a malformed claim is accepted or throws', async () => {
    const claim = await consistency(3, 7);
    for (const size of [-1, 2.5, Number.NaN, 2 ** 53]) {
      expect(verifyConsistency({ ...claim, size1: size })).toBe(false);
      expect(verifyConsistency({ ...claim, size2: size })).toBe(false);
    }
    expect(verifyConsistency({ ...claim, root1: claim.root1.slice(1) })).toBe(false);
    expect(verifyConsistency({ ...claim, root2: new Uint8Array(33) })).toBe(false);
    expect(verifyConsistency({ ...claim, proof: claim.proof.map((hash) => hash.slice(1)) })).toBe(false);
  });
});
