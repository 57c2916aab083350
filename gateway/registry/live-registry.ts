import { EVENT_CLOCK_SKEW_S } from '../../schemas/registry-event.ts';
import type { LogSigner } from '../keys/log-signer.ts';
import { CompactRange } from '../log/compact-range.ts';
import { LogError } from '../log/log-error.ts';
import { leafHash, sameBytes } from '../log/merkle.ts';
import { inclusionProof } from '../log/merkle-proof.ts';
import type { LogStore } from '../log/store.ts';
import type { GenesisRule } from './apply-entry.ts';
import { keepCheckpoint } from './checkpoint-slot.ts';
import { compileState } from './compile-state.ts';
import { Draft } from './draft.ts';
import { EMPTY_STATE, type FoldState } from './fold-state.ts';
import { RegistryError } from './registry-error.ts';
import type { RegistryState } from './registry-state.ts';
import { type Replayed, replay, replayFrom } from './replay.ts';
import { readSnapshot, writeSnapshot } from './snapshot-file.ts';

export interface RegistryParts {
  readonly store: LogStore;
  readonly logSigner: LogSigner;
  readonly snapshotPath: string;
  readonly genesis: GenesisRule;
  readonly nowS: () => number;
  /** Told when the log turns out not to be what it should be while following it; answers go on from the last good state. */
  readonly onFault: (fault: RegistryError) => void;
}

/** What was appended: where, under which signed tree head, and the proof that it is in there. */
export interface Receipt {
  readonly index: number;
  readonly checkpoint: string;
  readonly inclusion_proof: readonly Uint8Array[];
}

const MOST_TRIES = 32;
const SNAPSHOT_EVERY = 1_000;

/**
 * The registry as the log tells it. Holds one state at a time and swaps it whole, so that whoever took a state keeps
 * it. Changes are made one after another: decided, made durable, then in force.
 */
export class LiveRegistry {
  readonly #parts: RegistryParts;
  readonly #listeners = new Set<() => void>();
  #at: Replayed;
  #compiled: RegistryState;
  #turn: Promise<unknown> = Promise.resolve();
  #snapshotSize: number;
  #fault: RegistryError | null = null;
  #unsubscribe: () => void = () => {};

  /** Folds the store from its last good snapshot on. Throws RegistryError `registry_corrupt` naming the entry. */
  static async open(parts: RegistryParts): Promise<LiveRegistry> {
    const { store, logSigner, snapshotPath, genesis } = parts;
    const { size } = await store.head();
    const hashes: LogStore['hashes'] = (nodes) => store.hashes(nodes);
    const snapshot = await readSnapshot(snapshotPath, { size, hashes }, logSigner);
    const start = await replayFrom(store, snapshot ?? EMPTY_STATE);
    const at = await replay(store, start, genesis);
    await keepCheckpoint(store, logSigner, at.range);
    const registry = new LiveRegistry(parts, at, snapshot?.size ?? 0);
    registry.#unsubscribe = store.subscribe((grown) => {
      if (grown > registry.#at.state.size) registry.#follow();
    });
    return registry;
  }

  private constructor(parts: RegistryParts, at: Replayed, snapshotSize: number) {
    this.#parts = parts;
    this.#at = at;
    this.#compiled = compileState(at.state);
    this.#snapshotSize = snapshotSize;
  }

  /** What decides answers now. A scan takes it once and ends on it. */
  current(): RegistryState {
    return this.#compiled;
  }

  /** Everything that the log says now. */
  folded(): FoldState {
    return this.#at.state;
  }

  /** Why the log is no longer followed, or null. */
  get fault(): RegistryError | null {
    return this.#fault;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** An event from outside, and whatever the caller adds to it, all or nothing. Returns the first one's receipt. */
  async submit(jws: string, then: (draft: Draft) => Promise<void> = async () => {}): Promise<Receipt> {
    const receipt = await this.commit(async (draft) => {
      await draft.add(jws);
      refuseFuture(draft.state, this.#parts.nowS());
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
    return await this.#inTurn(() => this.#commit(write));
  }

  /** The state that an event would lead to. Throws its rejection; nothing is written. */
  async rehearse(jws: string): Promise<FoldState> {
    await this.#inTurn(() => this.#catchUp());
    const draft = this.#draft();
    await draft.add(jws);
    return draft.state;
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    await this.#turn;
    this.#snapshot(1);
    await this.#parts.store.close();
  }

  #draft(): Draft {
    return new Draft(this.#at.state, this.#parts.genesis, this.#parts.nowS);
  }

  async #commit(write: (draft: Draft) => Promise<void>): Promise<Receipt | null> {
    const { store, logSigner } = this.#parts;
    // What another instance was told a moment ago must count here as well.
    await this.#catchUp();
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const draft = this.#draft();
      await write(draft);
      if (draft.entries.length === 0) return null;
      if (!(await this.#append(draft))) continue;
      const checkpoint = await keepCheckpoint(store, logSigner, this.#at.range);
      const index = draft.state.size - draft.entries.length;
      const { size } = this.#at.state;
      const inclusion_proof = await inclusionProof({ index, size }, (nodes) => store.hashes(nodes));
      return { index, checkpoint, inclusion_proof };
    }
    throw new RegistryError('registry_unavailable', 'other instances keep writing to the log');
  }

  /** False when another instance was faster: the state is then the newer one. */
  async #append(draft: Draft): Promise<boolean> {
    const entries = draft.entries.map((entry) => Buffer.from(entry));
    try {
      const { root } = await this.#parts.store.append(entries, draft.state.size - entries.length);
      const range = new CompactRange(this.#at.range.size, this.#at.range.peaks);
      for (const entry of entries) range.append(leafHash(entry));
      if (!sameBytes(range.root(), root)) {
        throw new RegistryError('registry_corrupt', 'the store made another tree of the entries');
      }
      this.#adopt({ state: draft.state, range });
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
    this.#inTurn(() => this.#catchUp()).catch(() => {});
  }

  async #catchUp(): Promise<void> {
    // Once the log has been found to be wrong, nothing in it is followed any more.
    if (this.#fault !== null) throw this.#fault;
    try {
      const next = await replay(this.#parts.store, this.#at, this.#parts.genesis);
      if (next.state !== this.#at.state) this.#adopt(next);
    } catch (error) {
      if (error instanceof RegistryError && error.code === 'registry_corrupt') {
        this.#fault = error;
        this.#parts.onFault(error);
      }
      throw error;
    }
  }

  #adopt(next: Replayed): void {
    this.#at = next;
    this.#compiled = compileState(next.state);
    this.#snapshot(SNAPSHOT_EVERY);
    for (const listener of this.#listeners) listener();
  }

  #snapshot(atLeast: number): void {
    const { state, range } = this.#at;
    if (state.size - this.#snapshotSize < atLeast) return;
    writeSnapshot(this.#parts.snapshotPath, state, range.root(), this.#parts.logSigner);
    this.#snapshotSize = state.size;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}

/** An event from the future would move the log's time, and then nobody else could sign. */
function refuseFuture(state: FoldState, nowS: number): void {
  if (state.time_s > nowS + EVENT_CLOCK_SKEW_S) {
    throw new RegistryError('time_implausible', 'the time of the event is ahead of this gateway');
  }
}
