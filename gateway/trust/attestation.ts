import { ATTESTATION_TYP, type AttestationClaims } from '../../schemas/attestation.ts';
import { sha256Base64url } from './sha256.ts';
import type { SignToken } from './signer.ts';

/** Signs an attestation. The caller has parsed the claims or built them from parsed parts. */
export function signAttestation(claims: AttestationClaims, sign: SignToken): string | Promise<string> {
  return sign({ typ: ATTESTATION_TYP }, claims);
}

/** base64url(SHA-256) over the members of the evidence array joined by ".": what an attestation binds. */
export function evidenceDigest(evidence: readonly string[]): string {
  return sha256Base64url(evidence.join('.'));
}
