import type { MinuteRows } from './coverage-counter.ts';
import type { CoverageRow } from './coverage-rows.ts';

/** Where all instances add up what they counted. Throws StoreError. */
export interface CoverageStore {
  /** Adds rows in one step. `batch` names them: the same batch sent again, after a doubtful outcome, counts once. */
  readonly add: (batch: string, minutes: readonly MinuteRows[]) => Promise<void>;
  /** Sums over the minutes after `minute`, over all instances. */
  readonly sumsAfter: (minute: number) => Promise<CoverageRow[]>;
  /** Resolves where the store answers. */
  readonly probe: () => Promise<void>;
  readonly forgetBefore: (minute: number) => Promise<void>;
  readonly close: () => Promise<void>;
}
