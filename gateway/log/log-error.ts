import { CodedError } from '../../schemas/coded-error.ts';

/**
 * Why the log room refused.
 * - `log_conflict`: the log is not at the size the writer expected; re-read, then decide again.
 * - `unavailable`: the store cannot be reached now. After `append` the entry may or may not be stored: re-read first.
 * - `locked`: another process writes this store.
 * - `disk_full`: nothing was stored.
 * - `newer_schema`: a newer version of this program wrote the store.
 * - `corrupt`: what is stored contradicts itself (`index` names the entry where one can be named).
 * - `not_durable`: the database answers before data is on disk, so no acknowledgement could be kept.
 * - `out_of_range`: the tree has no such entry or hash. `entry_too_large`: over 65,535 bytes. `closed`: after `close()`.
 * - `note_malformed`, `note_forged`, `note_untrusted`, `note_out_of_time`: a signed note that cannot be believed.
 */
export type LogErrorCode =
  | 'log_conflict'
  | 'unavailable'
  | 'locked'
  | 'disk_full'
  | 'newer_schema'
  | 'corrupt'
  | 'not_durable'
  | 'out_of_range'
  | 'entry_too_large'
  | 'closed'
  | 'note_malformed'
  | 'note_forged'
  | 'note_untrusted'
  | 'note_out_of_time';

/** The log room's only error. Messages name positions and sizes, never the content of an entry. */
export class LogError extends CodedError<LogErrorCode> {
  override readonly name = 'LogError';
  readonly index: number | undefined;

  constructor(code: LogErrorCode, message: string, at: { index?: number; cause?: unknown } = {}) {
    super(code, message, at);
    this.index = at.index;
  }
}
