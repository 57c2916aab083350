import { randomBytes, randomInt } from 'node:crypto';
import { STATUS_LIST_SIZE } from '../trust/status-list.ts';

/** A list is left for a new one when half of it is taken: a random index is then found in two tries or so. */
export const FULL_AT = STATUS_LIST_SIZE / 2;

export interface PassIndex {
  readonly list: string;
  readonly idx: number;
}

export interface ListState {
  readonly withdrawn: readonly number[];
  /** Grows with every change: the same version is the same list. */
  readonly version: number;
}

/**
 * Which indexes of which status lists are taken and which are withdrawn: nothing else, and nothing about anybody. On disk
 * before it answers, so that no restart and no other instance gives an index twice. Every method throws StoreError.
 */
export interface PassStore {
  /** Takes a random free index for a pass that expires at `expS`. */
  readonly take: (expS: number) => Promise<PassIndex>;
  /** Withdraws a pass, for every instance at once; false where no such pass was given out. */
  readonly withdraw: (index: PassIndex) => Promise<boolean>;
  /** What a list has to say, or null where there is none such. */
  readonly stateOf: (list: string) => Promise<ListState | null>;
  readonly lists: () => Promise<string[]>;
  /** Drops the lists whose last pass has expired. */
  readonly dropEnded: (nowS: number) => Promise<void>;
  /** Resolves where the store answers. */
  readonly probe: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export function newListId(): string {
  return randomBytes(12).toString('hex');
}

/** Random, so that nobody can follow a holder by the order of issue. */
export function randomIndex(): number {
  return randomInt(STATUS_LIST_SIZE);
}
