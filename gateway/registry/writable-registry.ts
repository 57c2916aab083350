import { CompactRange } from '../log/compact-range.ts';
import { LogError } from '../log/log-error.ts';
import { leafHash, sameBytes } from '../log/merkle.ts';
import { inclusionProof } from '../log/merkle-proof.ts';
import type { Replayed } from './catch-up.ts';
import { type CheckpointSigner, keepCheckpoint, signingKeys } from './checkpoint-slot.ts';
import { Draft } from './draft.ts';
import type { FoldState } from './fold-state.ts';
import { type HeldParts, HeldRegistry, type Start, startFrom } from './held-registry.ts';
import { type KeptCheckpoint, keepOutside, readAside, readKept, refuseLoss } from './kept-checkpoint.ts';
import { RegistryError, rejectionError } from './registry-error.ts';
import { onStore, replay } from './replay.ts';

export interface WritableParts extends HeldParts {
  readonly logSigner: CheckpointSigner;
}

/** What was appended: where, under which signed tree head, and the proof that it is in there. */
export interface Receipt {
  readonly index: number;
  readonly checkpoint: string;
  readonly inclusion_proof: readonly Uint8Array[];
}

const MOST_TRIES = 32;

/** The registry where it is written: whoever holds the log's key. Changes are decided, made durable, then in force. */
export class WritableRegistry extends HeldRegistry {
  readonly #parts: WritableParts;
  readonly #aside: readonly KeptCheckpoint[];
  #unsubscribe: () => void = () => {};

  /**
   * Folds the store from its last good snapshot on. Throws RegistryError: `registry_corrupt` naming the entry,
   * `log_shorter`, `log_other`, `checkpoint_damaged`, `log_key_unlisted`.
   */
  static async open(parts: WritableParts): Promise<WritableRegistry> {
    const { store, logSigner, checkpointPath } = parts;
    await refuseLoss(readKept(checkpointPath), store);
    const start = await startFrom(parts, await onStore(() => store.head()));
    if (signingKeys(logSigner, start.at.state).length === 0) {
      throw new RegistryError(
        'log_key_unlisted',
        'no key that could sign here is one of the log keys of this registry',
      );
    }
    const aside = readAside(checkpointPath);
    await signAndKeep(parts, start.at, aside);
    const registry = new WritableRegistry(parts, start, aside);
    registry.#unsubscribe = store.subscribe((grown) => {
      if (grown > registry.at.state.size) registry.#follow();
    });
    return registry;
  }

  private constructor(parts: WritableParts, start: Start, aside: readonly KeptCheckpoint[]) {
    super(parts, start);
    this.#parts = parts;
    this.#aside = aside;
  }

  behindS(): number {
    return 0;
  }

  /** An event from outside, and whatever the caller adds to it, all or nothing. Returns the first one's receipt. */
  async submit(jws: string, then: (draft: Draft) => Promise<void> = async () => {}): Promise<Receipt> {
    const receipt = await this.commit(async (draft) => {
      await draft.add(jws);
      await then(draft);
    });
    if (receipt === null) throw new Error('a draft lost its event');
    return receipt;
  }

  /**
   * Appends what `write` puts in the draft, all or nothing, and answers when it is durable and in force; null where it
   * put in nothing. `write` runs again where another instance was faster. Throws RegistryError.
   */
  async commit(write: (draft: Draft) => Promise<void>): Promise<Receipt | null> {
    return await this.inTurn(() => this.#commit(write));
  }

  /** The state that an event would lead to. Throws its rejection; nothing is written. */
  async rehearse(jws: string): Promise<FoldState> {
    await this.inTurn(() => this.#catchUp());
    const draft = this.#draft();
    await draft.add(jws);
    return draft.state;
  }

  override async close(): Promise<void> {
    this.#unsubscribe();
    await super.close();
  }

  #draft(): Draft {
    return new Draft(this.at.state, this.#parts.genesis, this.#parts.nowS);
  }

  async #commit(write: (draft: Draft) => Promise<void>): Promise<Receipt | null> {
    const { store } = this.#parts;
    // What another instance was told a moment ago must count here as well.
    await this.#catchUp();
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const draft = this.#draft();
      await write(draft);
      if (draft.entries.length === 0) return null;
      this.#refuseUnsignable(draft.state);
      if (!(await this.#append(draft))) continue;
      const checkpoint = await signAndKeep(this.#parts, this.at, this.#aside);
      if (checkpoint === null) {
        throw new RegistryError(
          'registry_unavailable',
          'the entry is in the log, but a log of this size was signed before it was restored; the next checkpoint covers it',
        );
      }
      const index = draft.state.size - draft.entries.length;
      const { size } = this.at.state;
      const inclusion_proof = await inclusionProof({ index, size }, (nodes) => store.hashes(nodes));
      return { index, checkpoint, inclusion_proof };
    }
    throw new RegistryError('registry_unavailable', 'other instances keep writing to the log');
  }

  /** A log that nobody here could sign any more would be followed by nobody. */
  #refuseUnsignable(next: FoldState): void {
    if (signingKeys(this.#parts.logSigner, next).length > 0) return;
    throw rejectionError({ rejected: this.at.state.size === 0 ? 'log_key_mismatch' : 'log_key_unheld' });
  }

  /** False when another instance was faster: the state is then the newer one. */
  async #append(draft: Draft): Promise<boolean> {
    const entries = draft.entries.map((entry) => Buffer.from(entry));
    try {
      const { root } = await this.#parts.store.append(entries, draft.state.size - entries.length);
      const range = new CompactRange(this.at.range.size, this.at.range.peaks);
      for (const entry of entries) range.append(leafHash(entry));
      if (!sameBytes(range.root(), root)) {
        throw new RegistryError('registry_corrupt', 'the store made another tree of the entries');
      }
      this.adopt({ state: draft.state, range });
      return true;
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      if (error.code !== 'log_conflict') {
        throw new RegistryError('registry_unavailable', `the log cannot be written: ${error.code}`, { cause: error });
      }
      await this.#catchUp();
      return false;
    }
  }

  #follow(): void {
    // What went wrong is on record in `fault`; a store that is only away is asked again at the next sign of growth.
    this.inTurn(async () => {
      await this.#catchUp();
      // An instance that died after it appended, before it signed, left that to whoever is still there.
      await signAndKeep(this.#parts, this.at, this.#aside);
    }).catch(() => {});
  }

  async #catchUp(): Promise<void> {
    this.refuseFaulty();
    try {
      const next = await replay(this.#parts.store, this.at, this.#parts.genesis);
      if (next !== this.at) this.adopt(next);
    } catch (error) {
      if (error instanceof RegistryError && error.code === 'registry_corrupt') this.fail(error);
      throw error;
    }
  }
}

/** Signs what has been verified, in the store and outside it: durable in both before anybody is told. */
async function signAndKeep(
  { store, logSigner, checkpointPath }: WritableParts,
  at: Replayed,
  aside: readonly KeptCheckpoint[],
): Promise<string | null> {
  const note = await onStore(() => keepCheckpoint(store, logSigner, at, aside));
  if (note !== null) keepOutside(checkpointPath, note);
  return note;
}
