import { CompactRange, type TreeNode } from './compact-range.ts';
import type { Findings } from './findings.ts';
import { LogError } from './log-error.ts';
import { HASH_BYTES, leafHash, sameBytes, verifyInclusion } from './merkle.ts';
import { inclusionProof, type NodeId } from './merkle-proof.ts';
import type { LogReader, TreeHead } from './store.ts';

/** The caller's own check of an entry: what is wrong with it, or undefined. Called in order, for intact entries only. */
export type CheckEntry = (index: number, bytes: Uint8Array) => string | undefined | Promise<string | undefined>;

export type EntryAudit = {
  readonly store: LogReader;
  readonly size: number;
  /** The tree head that decides which of two contradicting rows is right. */
  readonly anchor: TreeHead;
  readonly findings: Findings;
  readonly checkEntry: CheckEntry | undefined;
  readonly onProgress: ((done: number, total: number) => void | Promise<void>) | undefined;
  /** Entries that are read and checked in one go. */
  readonly atOnce?: number;
};

type Misplaced = { readonly computed: Uint8Array | undefined; readonly logged: Uint8Array };

const BATCH = 512;

/**
 * Recomputes the tree from entry 0 and compares every stored hash with it. Gives the root at each of the sizes asked
 * for, as far as the entries still tell it.
 */
export async function auditEntries(audit: EntryAudit, sizes: ReadonlySet<number>): Promise<Map<number, Uint8Array>> {
  const walk = new EntryWalk(audit);
  const roots = new Map<number, Uint8Array>();
  const noteRoot = () => {
    if (sizes.has(walk.tree.size) && !walk.lost) roots.set(walk.tree.size, walk.tree.root());
  };
  noteRoot();
  const { atOnce = BATCH } = audit;
  for (let from = 0; from < audit.size && !audit.findings.full; from += atOnce) {
    const to = Math.min(from + atOnce, audit.size);
    await walk.batch(from, to, noteRoot);
    await audit.onProgress?.(to, audit.size);
  }
  walk.nameMisplaced();
  return roots;
}

class EntryWalk {
  readonly tree = new CompactRange();
  /** Set once a leaf could neither be computed nor read: no root after it can be known. */
  lost = false;
  readonly #audit: EntryAudit;
  readonly #misplaced = new Map<number, Misplaced>();
  readonly #wrongNodes = new Set<string>();

  constructor(audit: EntryAudit) {
    this.#audit = audit;
  }

  async batch(from: number, to: number, afterLeaf: () => void): Promise<void> {
    const entries = await readEach(this.#audit.store, from, to);
    const leaves = entries.map((_, at): NodeId => ({ level: 0, index: from + at }));
    const stored = await hashesEach(this.#audit.store, leaves);
    const inner: TreeNode[] = [];
    for (const [at, bytes] of entries.entries()) {
      const leaf = await this.#settleLeaf(from + at, bytes, stored[at]);
      inner.push(...this.tree.append(leaf).slice(1));
      afterLeaf();
    }
    const storedInner = await hashesEach(this.#audit.store, inner);
    for (const [at, node] of inner.entries()) await this.#compareNode(node, storedInner[at]);
  }

  /** Says of each misplaced entry where it belongs, or that it was changed. */
  nameMisplaced(): void {
    const { findings } = this.#audit;
    const home = new Map([...this.#misplaced].map(([index, { logged }]) => [hex(logged), index]));
    const homeOf = (index: number) => {
      const computed = this.#misplaced.get(index)?.computed;
      return computed === undefined ? undefined : home.get(hex(computed));
    };
    for (const [index, { computed }] of this.#misplaced) {
      if (computed === undefined) continue;
      const belongs = homeOf(index);
      if (belongs === undefined) findings.add('entry_changed', index, `entry ${index} is not what was logged`);
      else if (homeOf(belongs) === index)
        findings.add('entry_swapped', index, `entries ${index} and ${belongs} are swapped`);
      else findings.add('entry_moved', index, `entry ${belongs} lies at ${index}`);
    }
  }

  /** Decides which leaf hash the tree goes on with, so that one wrong row is one finding and not one per level. */
  async #settleLeaf(index: number, bytes: Uint8Array | undefined, stored: Uint8Array | undefined): Promise<Uint8Array> {
    if (bytes === undefined) return this.#settleMissing(index, stored);
    const computed = leafHash(bytes);
    if (stored === undefined) {
      this.#audit.findings.add('tree_hash_missing', index, `the leaf hash of entry ${index} is missing`);
    } else if (!sameBytes(computed, stored)) {
      if (!(await this.#isAnchored({ level: 0, index, hash: computed }))) {
        this.#misplaced.set(index, { computed, logged: stored });
        return stored;
      }
      this.#audit.findings.add('tree_hash_changed', index, `the leaf hash of entry ${index} was changed`);
    }
    const refusal = await this.#audit.checkEntry?.(index, bytes);
    if (refusal !== undefined) this.#audit.findings.add('entry_refused', index, refusal);
    return computed;
  }

  #settleMissing(index: number, stored: Uint8Array | undefined): Uint8Array {
    this.#audit.findings.add('entry_missing', index, `entry ${index} is missing`);
    if (stored === undefined) {
      this.lost = true;
      this.#wrongNodes.add(nodeKey(0, index));
      return new Uint8Array(HASH_BYTES);
    }
    this.#misplaced.set(index, { computed: undefined, logged: stored });
    return stored;
  }

  async #compareNode(node: TreeNode, stored: Uint8Array | undefined): Promise<void> {
    const { level, index, hash } = node;
    if (stored !== undefined && sameBytes(hash, stored)) return;
    const wrongBelow = [2 * index, 2 * index + 1].some((child) => this.#wrongNodes.has(nodeKey(level - 1, child)));
    this.#wrongNodes.add(nodeKey(level, index));
    const first = index * 2 ** level;
    const span = `entries ${first} to ${first + 2 ** level - 1}`;
    const { findings } = this.#audit;
    if (stored === undefined) {
      findings.add('tree_hash_missing', first, `the tree hash over ${span} is missing`);
    } else if (!wrongBelow && (await this.#isAnchored({ level, index, hash: stored }))) {
      findings.add('entry_changed', first, `among ${span} one was changed together with its leaf hash`);
    } else if (!wrongBelow) {
      findings.add('tree_hash_changed', first, `the tree hash over ${span} does not fit them`);
    }
  }

  // What leads to the anchor's root through the stored hashes is what was logged, whatever lies beside it.
  async #isAnchored({ level, index, hash }: TreeNode): Promise<boolean> {
    const { anchor, store } = this.#audit;
    const width = 2 ** level;
    if ((index + 1) * width > anchor.size) return false;
    try {
      const at = { index: index * width, size: anchor.size };
      const proof = await inclusionProof(at, (nodes) => store.hashes(nodes));
      // Seen from this level upwards, subtrees of this width are the leaves of a smaller tree of the same shape.
      const size = Math.ceil(anchor.size / width);
      return verifyInclusion({ index, size, leafHash: hash, proof: proof.slice(level), root: anchor.root });
    } catch (cause) {
      if (isCorrupt(cause)) return false;
      throw cause;
    }
  }
}

async function readEach(store: LogReader, from: number, to: number): Promise<(Uint8Array | undefined)[]> {
  try {
    return await store.read(from, to);
  } catch (cause) {
    if (!isCorrupt(cause)) throw cause;
  }
  const entries: (Uint8Array | undefined)[] = [];
  for (let index = from; index < to; index += 1) {
    entries.push((await orMissing(store.read(index, index + 1)))?.[0]);
  }
  return entries;
}

async function hashesEach(store: LogReader, nodes: readonly NodeId[]): Promise<(Uint8Array | undefined)[]> {
  if (nodes.length === 0) return [];
  try {
    return await store.hashes(nodes);
  } catch (cause) {
    if (!isCorrupt(cause)) throw cause;
  }
  const hashes: (Uint8Array | undefined)[] = [];
  for (const node of nodes) hashes.push((await orMissing(store.hashes([node])))?.[0]);
  return hashes;
}

async function orMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (cause) {
    if (isCorrupt(cause)) return undefined;
    throw cause;
  }
}

function isCorrupt(cause: unknown): boolean {
  return cause instanceof LogError && cause.code === 'corrupt';
}

function nodeKey(level: number, index: number): string {
  return `${level}/${index}`;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
