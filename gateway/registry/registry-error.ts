import { CodedError } from '../../schemas/coded-error.ts';
import { REJECTIONS, type RejectionCode } from '../../schemas/registry-rejections.ts';
import type { Rejection } from './fold-state.ts';

/**
 * Why the registry room refused. A rejection code: the event. `registry_corrupt`: an entry of the store could never
 * have been accepted, or the store contradicts its own signed checkpoint. `registry_unavailable`: the store cannot be
 * reached, and the event may or may not be in it.
 */
export type RegistryErrorCode = RejectionCode | 'registry_corrupt' | 'registry_unavailable';

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
