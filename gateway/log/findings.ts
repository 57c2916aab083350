/**
 * What an audit can find.
 * - `entry_changed`, `entry_missing`: these bytes are not what was logged here, or no bytes are here.
 * - `entry_swapped`, `entry_moved`: what was logged elsewhere is here (and, if swapped, the other way round).
 * - `entry_surplus`: entries lie beyond the head. `entry_refused`: the caller's own check refused the entry.
 * - `tree_hash_changed`, `tree_hash_missing`, `tree_hash_surplus`: a stored subtree hash is not the entries' own.
 * - `head_corrupt`, `head_changed`: the stored head contradicts itself, or the entries.
 * - `checkpoint_missing`, `checkpoint_forged`, `checkpoint_mismatch`: no checkpoint is stored, or one that no known
 *   key signed, or one properly signed for other entries than these.
 * - `rolled_back`: a checkpoint proves that the log was longer. `forked`: one kept elsewhere proves other entries.
 */
export type FindingCode =
  | 'entry_changed'
  | 'entry_missing'
  | 'entry_swapped'
  | 'entry_moved'
  | 'entry_surplus'
  | 'entry_refused'
  | 'tree_hash_changed'
  | 'tree_hash_missing'
  | 'tree_hash_surplus'
  | 'head_corrupt'
  | 'head_changed'
  | 'checkpoint_missing'
  | 'checkpoint_forged'
  | 'checkpoint_mismatch'
  | 'rolled_back'
  | 'forked';

/** `index` is the entry, or the first entry concerned; undefined where the finding is about the whole log. */
export type Finding = { readonly code: FindingCode; readonly index: number | undefined; readonly detail: string };

// A store renumbered from its start is wrong in every row; the first thousand say so well enough.
const MOST_FINDINGS = 1_000;

/** Findings so far, up to a bound. */
export class Findings {
  readonly #list: Finding[] = [];

  get full(): boolean {
    return this.#list.length >= MOST_FINDINGS;
  }

  add(code: FindingCode, index: number | undefined, detail: string): void {
    if (!this.full) this.#list.push({ code, index, detail });
  }

  /** By entry, those about the whole log last. */
  sorted(): Finding[] {
    return this.#list.toSorted((a, b) => (a.index ?? Number.MAX_VALUE) - (b.index ?? Number.MAX_VALUE));
  }
}
