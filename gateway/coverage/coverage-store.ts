import { CodedError } from '../../schemas/coded-error.ts';
import type { MinuteRows } from './coverage-counter.ts';
import type { CoverageRow } from './coverage-rows.ts';

export type CoverageErrorCode = 'unavailable' | 'disk_full' | 'corrupt';

/** Coverage cannot be written or read. Verification goes on without it. */
export class CoverageError extends CodedError<CoverageErrorCode> {
  override readonly name = 'CoverageError';
  constructor(code: CoverageErrorCode, options?: ErrorOptions) {
    super(code, `the coverage store failed: ${code}`, options);
  }
}

/** Where all instances add up what they counted. Throws CoverageError. */
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
