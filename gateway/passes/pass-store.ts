import { createHmac, randomBytes, randomInt } from 'node:crypto';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { STATUS_LIST_SIZE } from '../trust/status-list.ts';

/** A list is left for a new one when half of it is taken: a random index is then found in two tries or so. */
export const FULL_AT = STATUS_LIST_SIZE / 2;

export interface PassIndex {
  readonly list: string;
  readonly idx: number;
}

/** What a pass stands on for as long as it lives: an end of either is an end of the pass. Nothing about a person. */
export interface PassBasis {
  readonly province: ProvinceCode;
  readonly mandate: string;
}

export interface ListState {
  readonly withdrawn: readonly number[];
  /** On what the passes of this list stand, each once. */
  readonly bases: readonly PassBasis[];
  /** Grows with every change: the same version is the same list. */
  readonly version: number;
}

/**
 * Which indexes of which status lists are taken, which are withdrawn, and on what they stand. A handle is kept as a tag
 * alone, under a secret that the list is given and takes with it when its last pass has ended. On disk before it answers,
 * so that no restart and no other instance gives an index twice. Every method throws StoreError.
 */
export interface PassStore {
  /** Takes a random free index for a pass that expires at `expS`, and stands on what is said about `handle`. */
  readonly take: (expS: number, basis: PassBasis, handle: string) => Promise<PassIndex>;
  /** Withdraws a pass, for every instance at once; false where no such pass was given out. */
  readonly withdraw: (index: PassIndex) => Promise<boolean>;
  /** Withdraws every pass that stands on what a province said of a handle, or with null on what it said at all. */
  readonly withdrawAbout: (province: ProvinceCode, handle: string | null) => Promise<void>;
  /** The indexes that stand on this. */
  readonly indexesOn: (list: string, basis: PassBasis) => Promise<number[]>;
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

/** What a list's tags are made with. */
export function newTagSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What stands for a handle in one list: in another list, and once the list is gone, it says nothing. */
export function tagOf(secret: string, province: ProvinceCode, handle: string): string {
  return createHmac('sha256', secret).update(`${province}\0${handle}`).digest('base64url');
}
