import type { LogStore, TreeHead } from '../log/store.ts';
import type { GenesisRule } from './apply-entry.ts';
import { auditBelow } from './background-audit.ts';
import type { Replayed } from './catch-up.ts';
import { compileState } from './compile-state.ts';
import { EMPTY_STATE, type FoldState } from './fold-state.ts';
import type { Registry } from './registry.ts';
import { RegistryError } from './registry-error.ts';
import type { RegistryState } from './registry-state.ts';
import { onStore, replay, replayFrom } from './replay.ts';
import { readSnapshot, type SnapshotKey, writeSnapshot } from './snapshot-file.ts';

/** What it takes to hold a registry's state over a store of one's own. */
export interface HeldParts {
  readonly store: LogStore;
  readonly genesis: GenesisRule;
  readonly snapshotPath: string;
  readonly snapshotKey: SnapshotKey;
  /** Where the last checkpoint is kept outside the store, so that a shorter or other store is noticed. */
  readonly checkpointPath: string;
  readonly nowS: () => number;
  /** Told when the log turns out not to be what it should be; answers go on from the last good state. */
  readonly onFault: (fault: RegistryError) => void;
  /** Told what a listener threw: what is durable is in force all the same, and every other listener hears of it. */
  readonly onListenerFault: (error: unknown) => void;
}

/** Where a process starts: the state, and the snapshot that it leans on, null where every entry was gone through. */
export interface Start {
  readonly at: Replayed;
  readonly snapshot: FoldState | null;
}

const SNAPSHOT_EVERY = 1_000;

/** Folds the store from its last good snapshot up to `head`. Throws RegistryError `registry_corrupt` naming the entry. */
export async function startFrom(
  { store, genesis, snapshotPath, snapshotKey }: HeldParts,
  head: TreeHead,
): Promise<Start> {
  const log = { size: head.size, hashes: (nodes: Parameters<LogStore['hashes']>[0]) => store.hashes(nodes) };
  const snapshot = await onStore(() => readSnapshot(snapshotPath, log, snapshotKey));
  const from = await onStore(() => replayFrom(store, snapshot ?? EMPTY_STATE));
  return { at: await replay(store, from, genesis, head), snapshot };
}

/** The state in force, whoever brings it up to date. Changes are made one after another. */
export abstract class HeldRegistry implements Registry {
  readonly #parts: HeldParts;
  readonly #listeners = new Set<() => void>();
  readonly #stopped = new AbortController();
  #at: Replayed;
  #compiled: RegistryState;
  #turn: Promise<unknown> = Promise.resolve();
  #snapshotSize: number;
  #fault: RegistryError | null = null;
  #audited: boolean;
  #audit: Promise<void> = Promise.resolve();

  protected constructor(parts: HeldParts, { at, snapshot }: Start) {
    this.#parts = parts;
    this.#at = at;
    this.#compiled = compileState(at.state);
    this.#snapshotSize = snapshot?.size ?? 0;
    this.#audited = snapshot === null;
    if (snapshot !== null) this.#audit = this.#auditBelow(snapshot);
  }

  current(): RegistryState {
    return this.#compiled;
  }

  folded(): FoldState {
    return this.#at.state;
  }

  get fault(): RegistryError | null {
    return this.#fault;
  }

  get audited(): boolean {
    return this.#audited;
  }

  abstract behindS(): number;

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#audit;
    await this.#turn;
    this.#snapshot(1);
    await this.#parts.store.close();
  }

  protected get at(): Replayed {
    return this.#at;
  }

  protected get stopped(): AbortSignal {
    return this.#stopped.signal;
  }

  protected adopt(next: Replayed): void {
    this.#at = next;
    this.#compiled = compileState(next.state);
    this.#snapshot(SNAPSHOT_EVERY);
    for (const listener of this.#listeners) this.#tell(listener);
  }

  #tell(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#parts.onListenerFault(error);
    }
  }

  /** Puts a fault on record and tells it; one that is for good is never taken back. */
  protected fail(fault: RegistryError): void {
    if (this.#fault !== null && (isForGood(this.#fault) || this.#fault.code === fault.code)) return;
    this.#fault = fault;
    this.#parts.onFault(fault);
  }

  /** What was amiss is over. */
  protected recover(): void {
    if (this.#fault !== null && !isForGood(this.#fault)) this.#fault = null;
  }

  /** Once the log has been found to be wrong, nothing in it is followed any more. */
  protected refuseFaulty(): void {
    if (this.#fault !== null && isForGood(this.#fault)) throw this.#fault;
  }

  protected inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #auditBelow(snapshot: FoldState): Promise<void> {
    const { store, genesis } = this.#parts;
    try {
      await auditBelow({ store, snapshot, genesis, stopped: this.stopped });
      this.#audited = true;
    } catch (error) {
      if (this.stopped.aborted) return;
      this.fail(
        error instanceof RegistryError
          ? error
          : new RegistryError('registry_corrupt', 'the entries below the snapshot cannot be gone through', {
              cause: error,
            }),
      );
    }
  }

  #snapshot(atLeast: number): void {
    const { state, range } = this.#at;
    if (state.size - this.#snapshotSize < atLeast) return;
    writeSnapshot(this.#parts.snapshotPath, state, range.root(), this.#parts.snapshotKey);
    this.#snapshotSize = state.size;
  }
}

/** Whether no retry can make it good: people have to look at it. */
export function isForGood({ code }: RegistryError): boolean {
  return code === 'registry_corrupt' || code === 'registry_forked';
}
