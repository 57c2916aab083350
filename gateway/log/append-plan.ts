import { CompactRange, type TreeNode } from './compact-range.ts';
import { LogError } from './log-error.ts';
import { HASH_BYTES, leafHash } from './merkle.ts';
import { peakNodes } from './merkle-proof.ts';
import type { Appended, TreeHead } from './store.ts';
import { requireEntrySize } from './tiles.ts';

/** The head as stored: the size, and the peaks one after another. */
export type StoredHead = { readonly size: number; readonly peaks: Uint8Array };

/** Everything one transaction has to write. */
export type AppendPlan = {
  readonly appended: Appended;
  readonly head: StoredHead;
  readonly nodes: readonly TreeNode[];
};

/** Works out an append. `log_conflict`, `entry_too_large`, or `corrupt` when the stored head contradicts itself. */
export function planAppend(
  stored: StoredHead,
  entries: readonly Uint8Array[],
  expectedSize: number | undefined,
): AppendPlan {
  if (expectedSize !== undefined && expectedSize !== stored.size) {
    throw new LogError('log_conflict', `the log has ${stored.size} entries, not ${expectedSize}`);
  }
  for (const entry of entries) requireEntrySize(entry);
  const range = rangeOf(stored);
  const nodes = entries.flatMap((entry) => range.append(leafHash(entry)));
  const head = { size: range.size, peaks: joinHashes(range.peaks) };
  return { appended: { firstIndex: stored.size, size: range.size, root: range.root() }, head, nodes };
}

/** Size and root of a stored head. `corrupt` when it contradicts itself. */
export function treeHeadOf(stored: StoredHead): TreeHead {
  return { size: stored.size, root: rangeOf(stored).root() };
}

/** Refuses a range that is not within the tree. */
export function requireRange(from: number, to: number, size: number): void {
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || from > to || to > size) {
    throw new LogError('out_of_range', `no entries ${from} to ${to} in a log of ${size}`);
  }
}

function rangeOf({ size, peaks }: StoredHead): CompactRange {
  if (peaks.length !== peakNodes(size).length * HASH_BYTES) {
    throw new LogError('corrupt', 'the stored head contradicts itself');
  }
  const count = peaks.length / HASH_BYTES;
  return new CompactRange(
    size,
    Array.from({ length: count }, (_, at) => peaks.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES)),
  );
}

function joinHashes(hashes: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(hashes.length * HASH_BYTES);
  hashes.forEach((hash, at) => {
    joined.set(hash, at * HASH_BYTES);
  });
  return joined;
}
