import { CompactRange } from '../log/compact-range.ts';
import { LogError } from '../log/log-error.ts';
import { leafHash, sameBytes } from '../log/merkle.ts';
import { peakNodes } from '../log/merkle-proof.ts';
import type { LogReader } from '../log/store.ts';
import { applyEntry, entryText, type GenesisRule } from './apply-entry.ts';
import { type FoldState, isRejection } from './fold-state.ts';
import { RegistryError } from './registry-error.ts';

/** A state and the Merkle tree over the very entries that it was folded from. */
export interface Replayed {
  readonly state: FoldState;
  readonly range: CompactRange;
}

const BATCH = 256;

/** Starts at a state whose entries the store is known to have. */
export async function replayFrom(store: LogReader, state: FoldState): Promise<Replayed> {
  const peaks = state.size === 0 ? [] : await store.hashes(peakNodes(state.size));
  return { state, range: new CompactRange(state.size, peaks) };
}

/**
 * Folds every entry that the store has beyond `from`, and checks that together they are the tree that the store says
 * it has. Throws `registry_corrupt` naming the entry: an entry that no registry would have accepted was not logged. `registry_unavailable` where the store cannot be read.
 */
export async function replay(store: LogReader, from: Replayed, genesis: GenesisRule): Promise<Replayed> {
  try {
    return await replayEntries(store, from, genesis);
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    if (error.code === 'corrupt') throw new RegistryError('registry_corrupt', error.message, { cause: error });
    throw new RegistryError('registry_unavailable', `the log cannot be read: ${error.code}`, { cause: error });
  }
}

async function replayEntries(store: LogReader, from: Replayed, genesis: GenesisRule): Promise<Replayed> {
  const head = await store.head();
  if (head.size < from.state.size) {
    throw new RegistryError('registry_corrupt', `the log shrank from ${from.state.size} to ${head.size} entries`);
  }
  let { state } = from;
  const range = new CompactRange(from.range.size, from.range.peaks);
  for (let start = state.size; start < head.size; start += BATCH) {
    for (const bytes of await store.read(start, Math.min(start + BATCH, head.size))) {
      const outcome = await applyEntry(state, entryText(bytes), genesis);
      if (isRejection(outcome)) {
        const why = `${outcome.rejected} ${outcome.detail ?? ''}`.trimEnd();
        throw new RegistryError('registry_corrupt', `entry ${state.size} of the log is refused: ${why}`);
      }
      state = outcome;
      range.append(leafHash(bytes));
    }
  }
  if (!sameBytes(range.root(), head.root)) {
    throw new RegistryError('registry_corrupt', `the first ${head.size} entries are not those of the log's root`);
  }
  return { state, range };
}
