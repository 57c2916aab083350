import { setImmediate as nextTurn } from 'node:timers/promises';
import { CompactRange } from '../log/compact-range.ts';
import { leafHash } from '../log/merkle.ts';
import { TILE_WIDTH } from '../log/tiles.ts';
import { applyEntry, entryText, type GenesisRule, rejectionText } from './apply-entry.ts';
import { type FoldState, isRejection } from './fold-state.ts';

/** A state and the Merkle tree over the very entries that it was folded from. */
export interface Replayed {
  readonly state: FoldState;
  readonly range: CompactRange;
}

/** Entries `from` (inclusive) to `to` (exclusive), all of them. */
export type ReadEntries = (from: number, to: number) => Promise<readonly Uint8Array[]>;

/** Entries that were read together, and the root of the tree that ends with them. */
export interface Stretch {
  readonly from: number;
  readonly entries: readonly Uint8Array[];
  readonly root: () => Uint8Array;
}

/** The first entry that no registry would have accepted, and why. */
export interface RefusedEntry {
  readonly refusedAt: number;
  readonly why: string;
}

export interface CatchUp {
  readonly from: Replayed;
  readonly to: number;
  readonly read: ReadEntries;
  readonly genesis: GenesisRule;
  readonly onStretch?: (stretch: Stretch) => void;
}

/** A signature is a fraction of a millisecond: after this many, requests get their turn. */
const ENTRIES_A_TURN = 32;

/** Decides entry after entry from a state on. Whether they are the tree that somebody signed is for the caller to compare. */
export async function catchUp({ from, to, read, genesis, onStretch }: CatchUp): Promise<Replayed | RefusedEntry> {
  let { state } = from;
  const range = new CompactRange(from.range.size, from.range.peaks);
  for (let start = state.size; start < to; start = state.size) {
    const entries = await read(start, endOfStretch(start, to));
    for (const [at, bytes] of entries.entries()) {
      const outcome = await applyEntry(state, entryText(bytes), genesis);
      if (isRejection(outcome)) return { refusedAt: state.size, why: rejectionText(outcome) };
      state = outcome;
      range.append(leafHash(bytes));
      if (at % ENTRIES_A_TURN === ENTRIES_A_TURN - 1) await nextTurn();
    }
    onStretch?.({ from: start, entries, root: () => range.root() });
  }
  return { state, range };
}

/** The root of the tree that these entries make, whatever they say. */
export async function rootOver(from: CompactRange, to: number, read: ReadEntries): Promise<Uint8Array> {
  const range = new CompactRange(from.size, from.peaks);
  for (let start = range.size; start < to; start = range.size) {
    for (const bytes of await read(start, endOfStretch(start, to))) range.append(leafHash(bytes));
    await nextTurn();
  }
  return range.root();
}

/** Stretches end where published bundles do, so that each is one reply. */
function endOfStretch(start: number, to: number): number {
  return Math.min((Math.floor(start / TILE_WIDTH) + 1) * TILE_WIDTH, to);
}
