import type { AttestationRule } from '../../schemas/code-lists/attestation-rules.ts';
import type { TrustErrorCode } from './trust-error.ts';

/** What has to come of a vector: it verifies, or is refused at that link with that code. */
export type Expected =
  | { readonly verified: true }
  | { readonly verified: false; readonly code: TrustErrorCode; readonly link: string; readonly rule?: AttestationRule };

/** One answer as a venue holds it, and what of the federation it meets there in place of the usual. */
export interface AttestationVector {
  readonly name: string;
  readonly defect: string | null;
  readonly attestation: string;
  /** Absent: nobody kept it. */
  readonly evidence?: readonly string[];
  readonly chains?: Readonly<Record<string, readonly string[]>>;
  readonly historical_keys?: Readonly<Record<string, string>>;
  readonly expected: Expected;
}

export function refused(code: TrustErrorCode, link: string, rule?: AttestationRule): Expected {
  return { verified: false, code, link, ...(rule === undefined ? {} : { rule }) };
}
