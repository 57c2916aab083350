import { signedCheckpoint } from '../log/checkpoint.ts';
import { sameBytes, verifyConsistency } from '../log/merkle.ts';
import { treeRoot } from '../log/merkle-proof.ts';
import type { LogReader, TreeHead } from '../log/store.ts';
import type { Replayed } from './catch-up.ts';
import type { LogSource } from './log-source.ts';
import { trustSoFar } from './log-trust.ts';
import { RegistryError } from './registry-error.ts';
import { onStore } from './replay.ts';

/**
 * What came of holding somebody else's view of the log against ours. `consistent`: one of the two is the beginning of the
 * other. `unreachable`: no answer. `foreign`: no checkpoint that a key of this log signed, and so no word about it.
 * `unproven`: a longer log, and nothing that tells how it continues ours. `contradicts`: two histories under one key.
 */
export type ComparisonOutcome = 'consistent' | 'unreachable' | 'foreign' | 'unproven' | 'contradicts';

export type Compared =
  | { readonly outcome: Exclude<ComparisonOutcome, 'contradicts'> }
  | { readonly outcome: 'contradicts'; readonly note: string; readonly size: number };

interface Sides {
  readonly at: Replayed;
  /** Our copy of the entries. */
  readonly mirror: Pick<LogReader, 'hashes'>;
  readonly pinned: readonly string[];
  /** The log as somebody else follows it. */
  readonly source: LogSource;
  readonly stopped: AbortSignal;
}

/**
 * Holds another follower's log against ours. Nothing that it says counts but what a log key has signed: a shorter log's
 * root is worked out here, and a longer one's beginning is bound to its signed root by the consistency proof, whether it
 * is our beginning or another one. Who lies can look unreachable or unproven, and accuse nobody. Throws RegistryError where
 * our own store cannot be read.
 */
export async function compareLogs({ at, mirror, pinned, source, stopped }: Sides): Promise<Compared> {
  const note = await unlessAway(source.checkpoint(null, stopped));
  if (note === null) return { outcome: 'unreachable' };
  const theirs = signedHead(note, at, pinned);
  if (theirs === null) return { outcome: 'foreign' };
  const { size } = at.range;
  if (theirs.size <= size) {
    const root = await onStore(() => treeRoot(theirs.size, (nodes) => mirror.hashes(nodes)));
    return sameBytes(root, theirs.root) ? { outcome: 'consistent' } : contradiction(note, theirs);
  }
  if (size === 0) return { outcome: 'consistent' };
  const shown = await unlessAway(source.consistency(size, theirs.size, stopped));
  if (shown === null) return { outcome: 'unproven' };
  const leadsFrom = (root1: Uint8Array) =>
    verifyConsistency({ size1: size, size2: theirs.size, root1, root2: theirs.root, proof: shown.proof });
  if (leadsFrom(at.range.root())) return { outcome: 'consistent' };
  return leadsFrom(shown.rootFrom) ? contradiction(note, theirs) : { outcome: 'unproven' };
}

function contradiction(note: string, { size }: TreeHead): Compared {
  return { outcome: 'contradicts', note, size };
}

/** Null where no key signed it that this log has or had: keys of strangers, and keys that are only added further on. */
function signedHead(note: string, { state }: Replayed, pinned: readonly string[]): TreeHead | null {
  return signedCheckpoint(note, trustSoFar(state, pinned));
}

async function unlessAway<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof RegistryError) return null;
    throw error;
  }
}
