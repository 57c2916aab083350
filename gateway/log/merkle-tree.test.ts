import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CompactRange } from './compact-range.ts';
import { emptyRoot, leafHash, rootOfInclusion, verifyInclusion } from './merkle.ts';
import { inclusionProof } from './merkle-proof.ts';
import { buildMerkleTree } from './merkle-tree.ts';

const MOST = 130;
const leaves = Array.from({ length: MOST }, (_, at) => leafHash(new TextEncoder().encode(`leaf ${at}`)));
const places = fc
  .integer({ min: 1, max: MOST })
  .chain((size) => fc.tuple(fc.integer({ min: 0, max: size - 1 }), fc.constant(size)));

/** The same tree as the log grows it, leaf by leaf, with every stored hash. */
function grown(size: number) {
  const range = new CompactRange();
  const stored = new Map<string, Uint8Array>();
  for (const leaf of leaves.slice(0, size)) {
    for (const { level, index, hash } of range.append(leaf)) stored.set(`${level}/${index}`, hash);
  }
  return { range, stored };
}

describe('a tree that is built at once', () => {
  test('has another root than the log grows over the same leaves', () => {
    for (let size = 0; size <= MOST; size += 1) {
      expect(buildMerkleTree(leaves.slice(0, size)).root).toEqual(size === 0 ? emptyRoot : grown(size).range.root());
    }
  });

  test('gives another path than the log gives, or one that is not accepted', async () => {
    await fc.assert(
      fc.asyncProperty(places, async ([index, size]) => {
        const { root, pathOf } = buildMerkleTree(leaves.slice(0, size));
        const { stored } = grown(size);
        const read = async (nodes: readonly { level: number; index: number }[]) =>
          nodes.map(({ level, index: at }) => stored.get(`${level}/${at}`) ?? emptyRoot);
        expect(pathOf(index)).toEqual(await inclusionProof({ index, size }, read));
        const claim = { index, size, leafHash: leaves[index] ?? emptyRoot, proof: pathOf(index) };
        expect(verifyInclusion({ ...claim, root })).toBe(true);
        expect(rootOfInclusion(claim)).toEqual(root);
      }),
    );
  });

  test('has a path that leads to a root though it is too short or too long', () => {
    fc.assert(
      fc.property(places, ([index, size]) => {
        const { pathOf } = buildMerkleTree(leaves.slice(0, size));
        const claim = { index, size, leafHash: leaves[index] ?? emptyRoot };
        const path = pathOf(index);
        expect(rootOfInclusion({ ...claim, proof: [...path, emptyRoot] })).toBeNull();
        if (path.length > 0) expect(rootOfInclusion({ ...claim, proof: path.slice(1) })).toBeNull();
      }),
    );
  });
});
