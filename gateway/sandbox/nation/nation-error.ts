import { CodedError } from '../../../schemas/coded-error.ts';

/**
 * `address_unavailable`: a loopback address cannot be listened on. `folder_in_use`: the directory holds something already.
 * `step_failed`: a command of the ceremony did not do what it was called for. `process_failed`: a process did not start,
 * or ended. `not_ready`: the nation was not ready in time. `no_such_code`: no system is played there, or it has no such
 * scenario.
 */
export type NationErrorCode =
  | 'address_unavailable'
  | 'folder_in_use'
  | 'step_failed'
  | 'process_failed'
  | 'not_ready'
  | 'no_such_code';

export class NationError extends CodedError<NationErrorCode> {
  override readonly name = 'NationError';
}
