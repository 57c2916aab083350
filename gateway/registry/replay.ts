import { CompactRange } from '../log/compact-range.ts';
import { LogError } from '../log/log-error.ts';
import { sameBytes } from '../log/merkle.ts';
import { peakNodes } from '../log/merkle-proof.ts';
import type { LogReader, TreeHead } from '../log/store.ts';
import type { GenesisRule } from './apply-entry.ts';
import { catchUp, type Replayed } from './catch-up.ts';
import type { FoldState } from './fold-state.ts';
import { RegistryError } from './registry-error.ts';

/** Starts at a state whose entries the store is known to have. */
export async function replayFrom(store: LogReader, state: FoldState): Promise<Replayed> {
  const peaks = state.size === 0 ? [] : await store.hashes(peakNodes(state.size));
  return { state, range: new CompactRange(state.size, peaks) };
}

/**
 * Folds the store's entries beyond `from` up to `head`, by default all that it has, and checks that together they are
 * that very tree. Throws `registry_corrupt` naming the entry: an entry that no registry would have accepted was not
 * logged. `registry_unavailable` where the store cannot be read.
 */
export async function replay(
  store: LogReader,
  from: Replayed,
  genesis: GenesisRule,
  head?: TreeHead,
): Promise<Replayed> {
  return await onStore(async () => await replayEntries(store, from, genesis, head ?? (await store.head())));
}

/** What the log room says of a store, in the words of this one. */
export async function onStore<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    if (error.code === 'corrupt' || error.code.startsWith('note_'))
      throw new RegistryError('registry_corrupt', error.message, { cause: error });
    throw new RegistryError('registry_unavailable', `the log's store failed: ${error.code}`, { cause: error });
  }
}

async function replayEntries(
  store: LogReader,
  from: Replayed,
  genesis: GenesisRule,
  head: TreeHead,
): Promise<Replayed> {
  const { size } = from.state;
  if (head.size < size) {
    throw new RegistryError('registry_corrupt', `the log shrank from ${size} to ${head.size} entries`);
  }
  const next = await catchUp({ from, to: head.size, read: (start, end) => store.read(start, end), genesis });
  if ('refusedAt' in next) {
    throw new RegistryError('registry_corrupt', `entry ${next.refusedAt} of the log is refused: ${next.why}`);
  }
  if (!sameBytes(next.range.root(), head.root)) {
    throw new RegistryError('registry_corrupt', `the first ${head.size} entries are not those of the log's root`);
  }
  return next.state.size === size ? from : next;
}
