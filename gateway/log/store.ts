import type { NodeId } from './merkle-proof.ts';

/** Size of the tree and its root. */
export type TreeHead = { readonly size: number; readonly root: Uint8Array };

/** What an append answers: where the first entry went, and the tree head after the last one. */
export type Appended = TreeHead & { readonly firstIndex: number };

/** The head beside what lies in the store, all seen at one moment; an audit compares them. */
export type Inventory = TreeHead & { readonly entries: number; readonly hashes: number };

/** `signed`: the newest checkpoint by the log. `cosigned`: the newest one that witnesses have cosigned. */
export type CheckpointSlot = 'signed' | 'cosigned';

/** The reading side of a log of bytes. Every method rejects with `LogError`. */
export interface LogReader {
  head(): Promise<TreeHead>;
  /** Entries `from` (inclusive) to `to` (exclusive). `out_of_range` beyond the tree, `corrupt` where one is missing. */
  read(from: number, to: number): Promise<Uint8Array[]>;
  /** Hashes of perfect subtrees in the order asked. `corrupt` where one is missing. */
  hashes(nodes: readonly NodeId[]): Promise<Uint8Array[]>;
  loadCheckpoint(slot: CheckpointSlot): Promise<string | undefined>;
  inventory(): Promise<Inventory>;
  close(): Promise<void>;
}

/** An append-only log of bytes. */
export interface LogStore extends LogReader {
  /**
   * Stores all entries or none, in the order of calls, and answers only when they survive a power cut.
   * With `expectedSize`, `log_conflict` unless the log has exactly that size. After `unavailable` it is not known
   * whether they were stored; a retry with the same `expectedSize` cannot store them twice.
   */
  append(entries: readonly Uint8Array[], expectedSize?: number): Promise<Appended>;
  /** Replaces the slot's note if it still is `previous`; false when someone else replaced it first. Durable. */
  saveCheckpoint(slot: CheckpointSlot, note: string, previous: string | undefined): Promise<boolean>;
  /**
   * Calls back with the present size, then with every larger one, whichever instance wrote it; returns the
   * way to stop. The callback must not throw.
   */
  subscribe(onSize: (size: number) => void): () => void;
}
