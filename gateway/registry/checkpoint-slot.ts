import type { LogSigner } from '../keys/log-signer.ts';
import { parseCheckpoint, verifyCheckpoint } from '../log/checkpoint.ts';
import { LogError } from '../log/log-error.ts';
import { sameBytes } from '../log/merkle.ts';
import { treeRoot } from '../log/merkle-proof.ts';
import { parseNote, parseVerifierKey } from '../log/note.ts';
import type { LogStore, TreeHead } from '../log/store.ts';
import type { Replayed } from './catch-up.ts';
import type { FoldState } from './fold-state.ts';
import type { KeptCheckpoint } from './kept-checkpoint.ts';
import { trustSoFar } from './log-trust.ts';
import { RegistryError } from './registry-error.ts';

/** What signs the log's checkpoints. */
export type CheckpointSigner = Pick<LogSigner, 'verifierKeys' | 'sign'>;

/** The keys that sign a checkpoint in this state: those of the signer that the registry lists, all of them before entry 0. */
export function signingKeys({ verifierKeys }: CheckpointSigner, { log }: FoldState): readonly string[] {
  return log === null ? verifierKeys : verifierKeys.filter((key) => log.keys.includes(key));
}

/**
 * Signs the tree head of entries that have been verified one by one, and keeps it in the store unless a longer one is
 * kept already. Null where every key has signed that size with another root before (`aside`): then only a later
 * checkpoint can cover these entries. Throws `registry_corrupt` where the kept one was signed for other entries: a log
 * key never signs two histories.
 */
export async function keepCheckpoint(
  store: LogStore,
  signer: CheckpointSigner,
  { state, range }: Replayed,
  aside: readonly KeptCheckpoint[],
): Promise<string | null> {
  const { size } = range;
  const head = { size, root: range.root() };
  const keys = signingKeys(signer, state).filter((key) => !hasContradicted(key, head, aside));
  if (keys.length === 0) return null;
  const note = signer.sign(head, keys);
  for (;;) {
    const kept = await store.loadCheckpoint('signed');
    if (kept !== undefined) {
      const known = trusted(kept, state, signer);
      if (known.size > size) {
        const stored = await store.head();
        if (known.size > stored.size) {
          throw new RegistryError(
            'registry_corrupt',
            `entries ${stored.size} to ${known.size - 1} were logged and are gone`,
          );
        }
        return note;
      }
      const root = known.size === size ? head.root : await treeRoot(known.size, (nodes) => store.hashes(nodes));
      if (!sameBytes(root, known.root)) {
        throw new RegistryError('registry_corrupt', `the first ${known.size} entries are not those that were signed`);
      }
      if (known.size === size) return kept;
    }
    if (await store.saveCheckpoint('signed', note, kept)) return note;
  }
}

/** Keeps a checkpoint that was believed in the store, unless one as large is there. */
export async function keepBelieved(store: LogStore, note: string): Promise<void> {
  const { size } = parseCheckpoint(note);
  for (;;) {
    const kept = await store.loadCheckpoint('signed');
    if (kept !== undefined && parseCheckpoint(kept).size >= size) return;
    if (await store.saveCheckpoint('signed', note, kept)) return;
  }
}

function hasContradicted(verifierKey: string, head: TreeHead, aside: readonly KeptCheckpoint[]): boolean {
  const { name, id } = parseVerifierKey(verifierKey);
  return aside.some(
    ({ note, size, root }) =>
      size === head.size &&
      !sameBytes(root, head.root) &&
      parseNote(note).signatures.some((signature) => signature.name === name && signature.keyId === id),
  );
}

function trusted(note: string, state: FoldState, { verifierKeys }: CheckpointSigner) {
  try {
    return verifyCheckpoint(note, trustSoFar(state, verifierKeys));
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    throw new RegistryError('registry_corrupt', "the store's checkpoint is not signed by a key of this log", {
      cause: error,
    });
  }
}
