import type { FoldState } from './fold-state.ts';
import type { RegistryError } from './registry-error.ts';
import type { RegistryState } from './registry-state.ts';

/**
 * The registry as the log tells it, for whoever only reads. Holds one state at a time and swaps it whole, so that whoever
 * took a state keeps it.
 */
export interface Registry {
  /** What decides answers now. A scan takes it once and ends on it. */
  current(): RegistryState;
  /** Everything that the log says now. */
  folded(): FoldState;
  /** Why the log is not believed any further, or null. The last good state stays in use meanwhile. */
  readonly fault: RegistryError | null;
  /** Seconds since the registry itself last confirmed this state: 0 where it is written here, Infinity before the first time. */
  behindS(): number;
  /** Whether every entry below the present state has been hashed and decided again by this process. */
  readonly audited: boolean;
  /** Calls back after every new state; returns the way to stop. */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}
