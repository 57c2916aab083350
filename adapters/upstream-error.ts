import { CodedError } from '../schemas/coded-error.ts';

/**
 * Every way an upstream can fail to give an answer. None of them says anything about a person. `undeclared` is a reply in
 * good form whose status or code the manifest does not explain; `encoding` one whose bytes are no text that was declared.
 */
export type UpstreamErrorCode =
  | 'timeout'
  | 'connect_failed'
  | 'certificate'
  | 'reset'
  | 'status'
  | 'redirect'
  | 'oversize'
  | 'malformed'
  | 'encoding'
  | 'undeclared'
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
  override readonly name: string = 'UpstreamError';
}

/** The province says itself that it is asked too much. `retryAfterMs` where it says for how long; not bounded yet. */
export class UpstreamBusy extends UpstreamError {
  override readonly name = 'UpstreamBusy';
  readonly retryAfterMs: number | null;

  constructor(detail: string, retryAfterMs: number | null) {
    super('busy', detail);
    this.retryAfterMs = retryAfterMs;
  }
}
