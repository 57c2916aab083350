import { emptyRoot, nodeHash } from './merkle.ts';

/** A whole tree in memory, for one that is made at once and asked about every leaf. */
export interface MerkleTree {
  readonly root: Uint8Array;
  /** Siblings from leaf `index` up to the root (RFC 9162, section 2.1.3.1). */
  readonly pathOf: (index: number) => readonly Uint8Array[];
}

/**
 * Builds the tree over some leaf hashes, level by level. A last node without a sibling goes up as it is, which gives the
 * same tree as the recursion of RFC 9162, section 2.1.1.
 */
export function buildMerkleTree(leafHashes: readonly Uint8Array[]): MerkleTree {
  const levels = [leafHashes];
  for (let level = leafHashes; level.length > 1; ) {
    level = levelAbove(level);
    levels.push(level);
  }
  return {
    root: levels.at(-1)?.[0] ?? emptyRoot,
    pathOf: (index) => {
      const path: Uint8Array[] = [];
      let position = index;
      for (const level of levels) {
        const sibling = level[siblingOf(position)];
        if (sibling !== undefined) path.push(sibling);
        position = Math.floor(position / 2);
      }
      return path;
    },
  };
}

function levelAbove(level: readonly Uint8Array[]): Uint8Array[] {
  const above: Uint8Array[] = [];
  for (let at = 0; at < level.length; at += 2) {
    const [left, right] = [level[at], level[at + 1]];
    if (left !== undefined) above.push(right === undefined ? left : nodeHash(left, right));
  }
  return above;
}

function siblingOf(position: number): number {
  return position % 2 === 0 ? position + 1 : position - 1;
}
