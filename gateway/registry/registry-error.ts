import { CodedError } from '../../schemas/coded-error.ts';
import { REJECTIONS, type RejectionCode } from '../../schemas/registry-rejections.ts';
import type { Rejection } from './fold-state.ts';

/**
 * Why the registry room refused. A rejection code: the event. Otherwise:
 * - `registry_corrupt`: an entry could never have been accepted, or the store contradicts itself or its own checkpoint.
 * - `registry_unavailable`: store or registry cannot be reached, and an event may or may not be in the log.
 * - `registry_forked`: the log's key signed two histories. Both checkpoints are kept as evidence.
 * - `registry_foreign`: what was offered as the log's checkpoint is not signed by a key of the log.
 * - `tiles_damaged`: the entries offered are not those of the checkpoint, which does continue what is known here.
 * - `log_shorter`, `log_other`: the store is not the one whose checkpoint was kept outside it. `checkpoint_damaged`: that
 *   kept checkpoint cannot be read.
 * - `log_key_unlisted`: none of the keys that could sign here is one of the registry's log keys.
 */
export type RegistryErrorCode =
  | RejectionCode
  | 'registry_corrupt'
  | 'registry_unavailable'
  | 'registry_forked'
  | 'registry_foreign'
  | 'tiles_damaged'
  | 'log_shorter'
  | 'log_other'
  | 'checkpoint_damaged'
  | 'log_key_unlisted';

export class RegistryError extends CodedError<RegistryErrorCode> {
  override readonly name = 'RegistryError';
}

/** A rejection as an error. The message starts with the code and quotes nothing of the event. */
export function rejectionError({ rejected, detail }: Rejection): RegistryError {
  return new RegistryError(rejected, detail ?? REJECTIONS[rejected].en);
}

export function isRejectionCode(code: string): code is RejectionCode {
  return Object.hasOwn(REJECTIONS, code);
}

/** Whether somebody else signed for the same entity first: the event is then signed again on what the log says now. */
export function isOutpaced(code: RegistryErrorCode): boolean {
  return code === 'sequence_replayed' || code === 'sequence_gap' || code === 'chain_forked';
}
