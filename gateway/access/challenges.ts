import type { AccessReason } from '../../schemas/access-reason.ts';
import { DPOP_ALGS } from '../../schemas/protected-resource.ts';
import { ProblemError } from '../problem-error.ts';
import type { TrustError, TrustErrorCode } from '../trust/trust-error.ts';

type ProofRefusal = 'proof_missing' | 'proof_invalid' | 'proof_nonce_required' | 'proof_replayed';

/** RFC 9449 sections 7.1 and 9. A bound token that came alone is refused as a token, not as a proof. */
const DPOP_ERRORS = {
  proof_missing: 'invalid_token',
  proof_invalid: 'invalid_dpop_proof',
  proof_nonce_required: 'use_dpop_nonce',
  proof_replayed: 'invalid_dpop_proof',
} as const satisfies Record<ProofRefusal, string>;

/** What clients are refused with, and told of how to come again (RFC 6750 section 3, RFC 9449 section 7.1, RFC 9728 section 5). */
export class Challenges {
  readonly #bearer: string;
  readonly #dpop: string;

  constructor(resourceMetadata: string) {
    const about = `realm="huren", resource_metadata="${resourceMetadata}"`;
    this.#bearer = `Bearer ${about}`;
    this.#dpop = `DPoP ${about}, algs="${DPOP_ALGS.join(' ')}"`;
  }

  missing(): ProblemError {
    return new ProblemError('token_missing', undefined, { 'www-authenticate': `${this.#bearer}, ${this.#dpop}` });
  }

  invalid(detail: string, reason: AccessReason): ProblemError {
    return new ProblemError('token_invalid', detail, challenge(this.#bearer, 'invalid_token'), reason);
  }

  untrusted({ code, message }: TrustError): ProblemError {
    return this.invalid(message, reasonOf(code));
  }

  unproven(code: ProofRefusal, detail?: string, reason?: AccessReason): ProblemError {
    return new ProblemError(code, detail, challenge(this.#dpop, DPOP_ERRORS[code]), reason);
  }
}

/** What a refusal of the trust room means to a client. */
export function reasonOf(code: TrustErrorCode): AccessReason {
  return REASONS.get(code) ?? 'malformed';
}

const REASONS: ReadonlyMap<TrustErrorCode, AccessReason> = new Map([
  ['token_too_large', 'too_large'],
  ['alg_not_allowed', 'algorithm_refused'],
  ['typ_wrong', 'type_wrong'],
  ['key_in_header', 'key_in_header'],
  ['key_unknown', 'key_unknown'],
  ['key_revoked', 'key_withdrawn'],
  ['key_outside_window', 'key_withdrawn'],
  ['signature_invalid', 'signature_invalid'],
  ['claims_invalid', 'claims_invalid'],
  ['expired', 'expired'],
  ['not_yet_valid', 'not_yet_valid'],
  ['lives_too_long', 'lives_too_long'],
  ['audience_mismatch', 'audience_wrong'],
  ['issuer_mismatch', 'issuer_wrong'],
  ['scope_missing', 'scope_missing'],
  ['venue_kind_refused', 'venue_kind_refused'],
  ['region_refused', 'region_refused'],
  ['proof_key_invalid', 'key_not_public'],
  ['proof_key_mismatch', 'key_wrong'],
  ['proof_method_mismatch', 'method_wrong'],
  ['proof_url_mismatch', 'url_wrong'],
  ['proof_token_mismatch', 'token_wrong'],
]);

function challenge(scheme: string, error: string): Readonly<Record<string, string>> {
  return { 'www-authenticate': `${scheme}, error="${error}"` };
}
