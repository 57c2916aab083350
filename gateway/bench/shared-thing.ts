/** Something that can be had alone or together with others. Each resolves with when it was there, by the monotonic clock. */
export interface SharedThing {
  readonly alone: () => Promise<number>;
  readonly together: () => Promise<number>;
  /** How many requests or signatures all of it took so far. */
  readonly taken: () => number;
}
