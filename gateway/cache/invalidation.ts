import { LRUCache } from 'lru-cache';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { CacheEntry } from './cached-answer.ts';

/**
 * What must not be answered from a cache any more. A handle is named by its tags alone. `aged` entries are no longer
 * fresh, and still stand in for a province that fails.
 */
export type Invalidation =
  | { readonly kind: 'handle'; readonly province: ProvinceCode; readonly tags: readonly string[] }
  | { readonly kind: 'province' | 'aged'; readonly province: ProvinceCode }
  | { readonly kind: 'key'; readonly province: ProvinceCode; readonly kid: string };

/** A place in the order of all invalidations; compared as text. */
export type Position = string;

export const BEGINNING: Position = positionOf(0, 0);
const KEPT_TAGS = 30_000;

/** The text of a place that Redis would call `<ms>-<seq>`. */
export function positionOf(ms: number, sequence: number): Position {
  return `${String(ms).padStart(15, '0')}-${String(sequence).padStart(10, '0')}`;
}

/**
 * Remembers what was invalidated, and tells of any entry whether it may still be used. Nothing is searched for and
 * deleted: an entry carries how far its maker had read when it *asked*, so one that was under way while the
 * invalidation arrived is refused as well, on every instance, whatever their clocks say.
 */
export class InvalidationLedger {
  readonly #tags: LRUCache<string, Position>;
  readonly #provinces = new Map<ProvinceCode, Position>();
  readonly #aged = new Map<ProvinceCode, Position>();
  #floor: Position = BEGINNING;
  #position: Position = BEGINNING;

  constructor(keptTags: number = KEPT_TAGS) {
    this.#tags = new LRUCache({
      max: keptTags,
      // What is forgotten here must not come back to life: entries of that time are refused altogether.
      dispose: (at, _tag, reason) => {
        if (reason === 'evict') this.#raiseFloor(at);
      },
    });
  }

  /** How far this process has read; goes into every entry before its question is asked. */
  get position(): Position {
    return this.#position;
  }

  apply(at: Position, invalidation: Invalidation): void {
    switch (invalidation.kind) {
      case 'handle':
        for (const tag of invalidation.tags) this.#tags.set(tag, at);
        break;
      case 'aged':
        this.#aged.set(invalidation.province, at);
        break;
      case 'province':
      case 'key':
        this.#provinces.set(invalidation.province, at);
    }
    this.advance(at);
  }

  /** Nothing from before `at` may be used: some invalidation up to there may have been missed. */
  forgetBefore(at: Position): void {
    this.#raiseFloor(at);
    this.advance(at);
  }

  advance(at: Position): void {
    if (at > this.#position) this.#position = at;
  }

  admits({ seen, tag, province }: Pick<CacheEntry, 'seen' | 'tag' | 'province'>): boolean {
    if (seen < this.#floor) return false;
    if (seen < (this.#provinces.get(province) ?? BEGINNING)) return false;
    return tag === null || seen >= (this.#tags.get(tag) ?? BEGINNING);
  }

  /** Whether an entry that is admitted may be answered from without asking first. */
  isCurrent({ seen, province }: Pick<CacheEntry, 'seen' | 'province'>): boolean {
    return seen >= (this.#aged.get(province) ?? BEGINNING);
  }

  #raiseFloor(at: Position): void {
    if (at > this.#floor) this.#floor = at;
  }
}
