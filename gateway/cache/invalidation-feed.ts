import { BEGINNING, type Invalidation, type InvalidationLedger, positionOf } from './invalidation.ts';

/**
 * `live`: every invalidation that anybody was told of has been read here. `catching_up`: connected again, and not there
 * yet. `down`: nobody can be asked.
 */
export type FeedState = 'live' | 'catching_up' | 'down';

export interface AppliedInvalidation {
  readonly invalidation: Invalidation;
  /** When some instance received it, by that instance's clock. */
  readonly receivedAtMs: number;
}

/** Carries invalidations to every instance that shares the cache. */
export interface InvalidationFeed {
  /**
   * Makes an invalidation effective here before it resolves, and everywhere else within milliseconds. Rejects with
   * CacheError `unavailable` where the others cannot be told; it is effective here all the same.
   */
  readonly publish: (invalidation: Invalidation, receivedAtMs: number) => Promise<void>;
  readonly state: () => FeedState;
  readonly close: () => Promise<void>;
}

/** The feed of an instance that shares its cache with nobody. */
export function openLocalFeed(
  ledger: InvalidationLedger,
  onApplied: (applied: AppliedInvalidation) => void,
): InvalidationFeed {
  let published = 0;
  ledger.advance(BEGINNING);
  return {
    publish: async (invalidation, receivedAtMs) => {
      published += 1;
      ledger.apply(positionOf(published, 0), invalidation);
      onApplied({ invalidation, receivedAtMs });
    },
    state: () => 'live',
    close: async () => {},
  };
}
