import type { AttestationRule } from '../../schemas/code-lists/attestation-rules.ts';
import { CodedError } from '../../schemas/coded-error.ts';

/** Every way in which a token, a statement or a chain can be refused. Closed: callers switch over it exhaustively. */
export const TRUST_ERROR_CODES = [
  'token_too_large',
  'token_malformed',
  'base64_not_canonical',
  'duplicate_member',
  'alg_not_allowed',
  'typ_wrong',
  'crit_unknown',
  'key_in_header',
  'kid_missing',
  'key_unknown',
  'signature_invalid',
  'claims_invalid',
  'expired',
  'not_yet_valid',
  'audience_mismatch',
  'issuer_mismatch',
  'subject_mismatch',
  'destination_mismatch',
  'lives_too_long',
  'scope_missing',
  'venue_kind_refused',
  'region_refused',
  'proof_key_invalid',
  'proof_key_mismatch',
  'proof_method_mismatch',
  'proof_url_mismatch',
  'proof_token_mismatch',
  'rule_broken',
  'evidence_mismatch',
  'evidence_disclosed',
  'digest_repeated',
  'disclosure_invalid',
  'disclosure_unbound',
  'key_binding_refused',
  'chain_broken',
  'chain_loop',
  'chain_too_long',
  'chain_fan_out',
  'constraint_violated',
  'invalid_policy',
  'invalid_metadata',
  'anchor_unknown',
  'not_admitted',
  'key_revoked',
  'key_outside_window',
  'trust_mark_invalid',
  'status_list_missing',
  'status_list_invalid',
  'status_list_stale',
  'status_revoked',
  'fetch_failed',
] as const;

export type TrustErrorCode = (typeof TRUST_ERROR_CODES)[number];

export interface TrustErrorOptions {
  /** Which link of the chain failed: an entity identifier or the name of a token. */
  readonly link?: string;
  /** With `rule_broken`: which one. */
  readonly rule?: AttestationRule;
  /** By how many seconds the token's time is ahead of the verifier's clock, or behind it where negative. */
  readonly clockOffS?: number;
  readonly cause?: unknown;
}

/** A refusal with its reason. The message never quotes a payload: a payload may be about a person. */
export class TrustError extends CodedError<TrustErrorCode> {
  override readonly name = 'TrustError';
  readonly link?: string;
  readonly rule?: AttestationRule;
  readonly clockOffS?: number;

  constructor(code: TrustErrorCode, detail: string, options: TrustErrorOptions = {}) {
    super(code, detail, options);
    if (options.link !== undefined) this.link = options.link;
    if (options.rule !== undefined) this.rule = options.rule;
    if (options.clockOffS !== undefined) this.clockOffS = options.clockOffS;
  }

  /** The same refusal, naming the link where it happened unless a deeper place named one already. */
  at(link: string): TrustError {
    if (this.link !== undefined) return this;
    const { rule, clockOffS, cause } = this;
    return new TrustError(this.code, this.message, {
      link,
      cause,
      ...(rule === undefined ? {} : { rule }),
      ...(clockOffS === undefined ? {} : { clockOffS }),
    });
  }
}

/** Runs one check and names its link in whatever refusal it gives. Faults of other kinds pass through unchanged. */
export async function atLink<T>(link: string, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    throw error instanceof TrustError ? error.at(link) : error;
  }
}

/** For `catch`: a refusal becomes null, for callers to whom the untrusted is as good as absent; other faults pass on. */
export function nullIfUntrusted(error: unknown): null {
  if (error instanceof TrustError) return null;
  throw error;
}
