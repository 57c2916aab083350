import { CodedError } from '../../schemas/coded-error.ts';

/**
 * Why nothing was backed up or restored.
 * - `passphrase_wrong`: the archive was sealed with another passphrase.
 * - `archive_damaged`: a byte of it is not what was written, or its end is missing.
 * - `archive_newer`: a newer version of this program wrote it.
 * - `nothing_kept`: of what was asked for, this node has nothing.
 * - `file_present`: there is a file of that name already.
 * - `data_present`: what is to be restored is there already, and is something else.
 * - `log_older`: somebody has seen a signed checkpoint of this log that has more, or other, entries than the archive.
 * - `log_unconfirmed`: nobody could be asked what they have seen of this log.
 * - `log_invalid`: the log of the archive, or of the node, is not what was signed.
 * - `registry_unpinned`: no anchor file says who may have created this log.
 */
export type RecoveryErrorCode =
  | 'passphrase_wrong'
  | 'archive_damaged'
  | 'archive_newer'
  | 'nothing_kept'
  | 'file_present'
  | 'data_present'
  | 'log_older'
  | 'log_unconfirmed'
  | 'log_invalid'
  | 'registry_unpinned'
  | 'file_unreadable';

/** A message names files and sizes, never what they hold. */
export class RecoveryError extends CodedError<RecoveryErrorCode> {
  override readonly name = 'RecoveryError';
}
