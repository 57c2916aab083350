import { CodedError } from '../schemas/coded-error.ts';

/** Every way an upstream can fail to give an answer. None of them says anything about a person. */
export type UpstreamErrorCode =
  | 'timeout'
  | 'connect_failed'
  | 'certificate'
  | 'reset'
  | 'status'
  | 'redirect'
  | 'oversize'
  | 'malformed'
  | 'busy'
  | 'breaker_open'
  | 'credentials'
  | 'address_refused'
  | 'signature'
  | 'statement_mismatch';

/**
 * An upstream failed: that is not an answer, and it is never cached as one. The message names the province's fault in
 * words of ours; it never carries anything that the upstream or the traveller sent.
 */
export class UpstreamError extends CodedError<UpstreamErrorCode> {
  override readonly name = 'UpstreamError';
}
