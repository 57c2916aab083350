import { LogError } from '../log/log-error.ts';
import { leafHash, sameBytes } from '../log/merkle.ts';
import { treeRoot } from '../log/merkle-proof.ts';
import type { LogStore } from '../log/store.ts';
import type { ReadEntries, Stretch } from './catch-up.ts';
import { RegistryError } from './registry-error.ts';
import { onStore } from './replay.ts';

/** Bytes of entries that wait in memory until all of them have been verified; what is beyond is fetched once more. */
const MOST_WAITING_BYTES = 64 * 1024 * 1024;

type Mirror = Pick<LogStore, 'head' | 'append' | 'hashes'>;

interface Waiting {
  readonly from: number;
  readonly to: number;
  readonly root: Uint8Array;
  /** Null: too many to keep; `digest` tells whether what is fetched again is the same. */
  readonly entries: readonly Uint8Array[] | null;
  readonly digest: Uint8Array;
}

/** Entries that were folded and are not in this node's store yet: they go there once a signed checkpoint covers them. */
export class EntriesToMirror {
  readonly #stretches: Waiting[] = [];
  #bytes = 0;

  /** Takes note of a stretch. */
  readonly note = ({ from, entries, root }: Stretch): void => {
    const bytes = entries.reduce((sum, entry) => sum + entry.length, 0);
    const isKept = this.#bytes + bytes <= MOST_WAITING_BYTES;
    if (isKept) this.#bytes += bytes;
    const digest = digestOf(entries);
    this.#stretches.push({ from, to: from + entries.length, root: root(), digest, entries: isKept ? entries : null });
  };

  /**
   * Appends them. Several processes may share the store: what another one was faster with is compared and not written
   * again. Throws `registry_corrupt` where the store has other entries there, `tiles_damaged` where the source gives
   * others than before, `registry_unavailable`.
   */
  async writeTo(store: Mirror, read: ReadEntries): Promise<void> {
    for (const stretch of this.#stretches) {
      const entriesOf = async () => stretch.entries ?? (await readAgain(stretch, read));
      await onStore(() => mirror(store, stretch, entriesOf));
    }
  }
}

async function readAgain({ from, to, digest }: Waiting, read: ReadEntries): Promise<readonly Uint8Array[]> {
  const entries = await read(from, to);
  if (sameBytes(digestOf(entries), digest)) return entries;
  throw new RegistryError('tiles_damaged', `entries ${from} to ${to - 1} were others a moment ago`);
}

function digestOf(entries: readonly Uint8Array[]): Uint8Array {
  return leafHash(Buffer.concat(entries.map(leafHash)));
}

async function mirror(
  store: Mirror,
  { from, to, root }: Pick<Waiting, 'from' | 'to' | 'root'>,
  entriesOf: () => Promise<readonly Uint8Array[]>,
): Promise<void> {
  for (;;) {
    const { size } = await store.head();
    if (size >= to) break;
    if (size < from) throw new RegistryError('registry_corrupt', `the mirror shrank to ${size} entries`);
    try {
      await store.append((await entriesOf()).slice(size - from), size);
    } catch (error) {
      if (!(error instanceof LogError) || error.code !== 'log_conflict') throw error;
    }
  }
  if (!sameBytes(await treeRoot(to, (nodes) => store.hashes(nodes)), root)) {
    throw new RegistryError('registry_corrupt', `the mirror has other entries than the log among the first ${to}`);
  }
}
