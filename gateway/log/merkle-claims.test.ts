import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { consistency, flip, inclusion, MOST, pairs, positions, rootOf } from './merkle.fixture.ts';
import { emptyRoot, leafHash, nodeHash, verifyConsistency, verifyInclusion } from './merkle.ts';

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
