import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CompactRange } from './compact-range.ts';
import { LogError } from './log-error.ts';
import {
  consistency,
  entries,
  inclusion,
  MOST,
  memoryTree,
  pairs,
  positions,
  reference,
  referencePath,
  referenceSubproof,
  rootOf,
  whole,
} from './merkle.fixture.ts';
import { emptyRoot, leafHash, nodeHash, verifyConsistency, verifyInclusion } from './merkle.ts';
import { consistencyProof, inclusionProof, treeRoot } from './merkle-proof.ts';

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
