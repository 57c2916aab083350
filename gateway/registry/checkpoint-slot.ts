import type { LogSigner } from '../keys/log-signer.ts';
import { verifyCheckpoint } from '../log/checkpoint.ts';
import type { CompactRange } from '../log/compact-range.ts';
import { LogError } from '../log/log-error.ts';
import { sameBytes } from '../log/merkle.ts';
import { treeRoot } from '../log/merkle-proof.ts';
import type { LogStore } from '../log/store.ts';
import { RegistryError } from './registry-error.ts';

/**
 * Signs the tree head of entries that have been verified one by one, and keeps it unless a longer one is kept already.
 * Throws `registry_corrupt` where the kept one was signed for other entries: a log key never signs two histories.
 */
export async function keepCheckpoint(store: LogStore, signer: LogSigner, range: CompactRange): Promise<string> {
  const { size } = range;
  const note = signer.sign({ size, root: range.root() });
  for (;;) {
    const kept = await store.loadCheckpoint('signed');
    if (kept !== undefined) {
      const known = trusted(kept, signer);
      if (known.size > size) {
        const head = await store.head();
        if (known.size > head.size) {
          throw new RegistryError(
            'registry_corrupt',
            `entries ${head.size} to ${known.size - 1} were logged and are gone`,
          );
        }
        return note;
      }
      const root = known.size === size ? range.root() : await treeRoot(known.size, (nodes) => store.hashes(nodes));
      if (!sameBytes(root, known.root)) {
        throw new RegistryError('registry_corrupt', `the first ${known.size} entries are not those that were signed`);
      }
      if (known.size === size) return kept;
    }
    if (await store.saveCheckpoint('signed', note, kept)) return note;
  }
}

function trusted(note: string, signer: LogSigner) {
  try {
    return verifyCheckpoint(note, signer.trust);
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    throw new RegistryError('registry_corrupt', "the store's checkpoint is not signed by this log's key", {
      cause: error,
    });
  }
}
