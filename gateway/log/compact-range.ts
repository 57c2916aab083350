import { LogError } from './log-error.ts';
import { nodeHash } from './merkle.ts';
import { type NodeId, peakNodes, rootOfPeaks } from './merkle-proof.ts';

/** A subtree that became perfect, with its hash: what a store keeps for later proofs. */
export type TreeNode = NodeId & { readonly hash: Uint8Array };

/** The right edge of a growing tree: enough to append and to give the root, in O(log size) memory. */
export class CompactRange {
  #size: number;
  readonly #peaks: Uint8Array[];

  /** `peaks` are the hashes of `peakNodes(size)`, left to right; `corrupt` when their number does not fit. */
  constructor(size = 0, peaks: readonly Uint8Array[] = []) {
    if (peakNodes(size).length !== peaks.length) {
      throw new LogError('corrupt', `a tree of ${size} does not have ${peaks.length} peaks`);
    }
    this.#size = size;
    this.#peaks = [...peaks];
  }

  get size(): number {
    return this.#size;
  }

  get peaks(): readonly Uint8Array[] {
    return [...this.#peaks];
  }

  root(): Uint8Array {
    return rootOfPeaks(this.#peaks);
  }

  /** Adds one leaf and returns every subtree it completed, the leaf first, upwards. */
  append(leafHash: Uint8Array): TreeNode[] {
    let node: TreeNode = { level: 0, index: this.#size, hash: leafHash };
    const completed = [node];
    while (node.index % 2 === 1) {
      const left = this.#peaks.pop();
      if (left === undefined) throw new LogError('corrupt', 'a peak is missing');
      node = { level: node.level + 1, index: (node.index - 1) / 2, hash: nodeHash(left, node.hash) };
      completed.push(node);
    }
    this.#peaks.push(node.hash);
    this.#size += 1;
    return completed;
  }
}
