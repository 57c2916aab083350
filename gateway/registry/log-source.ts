/** How one tree continues another: the root that it begins with, as claimed, and the hashes that lead from it to its own. */
export interface ShownConsistency {
  readonly rootFrom: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** A log that somebody else keeps, as its public endpoints show it. Nothing that it says is believed here. */
export interface LogSource {
  /** Where it is, for messages. */
  readonly name: string;
  /**
   * The newest checkpoint, as published. With `since`, waits until the log has another size than that, or for a while.
   * Every method throws RegistryError: `registry_unavailable` where there is no answer, `tiles_damaged` where it cannot be
   * what was asked for.
   */
  checkpoint(since: number | null, stopped: AbortSignal): Promise<string>;
  /** Entries of one published bundle, `from` (inclusive) to `to` (exclusive), of a log that has `size`. */
  entries(
    range: { readonly from: number; readonly to: number; readonly size: number },
    stopped: AbortSignal,
  ): Promise<readonly Uint8Array[]>;
  /** The proof that the log of size `to` continues that of size `from` (RFC 9162 section 2.1.4). */
  consistency(from: number, to: number, stopped: AbortSignal): Promise<ShownConsistency>;
}
