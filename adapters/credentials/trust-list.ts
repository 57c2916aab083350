import type { ListHead } from '../../schemas/credential-list-head.ts';
import type { CredentialTrustListDocument } from '../../schemas/credential-trust-list.ts';
import { decodeBase64 } from './base64url.ts';
import { trustFromCertificates } from './certificate-trust.ts';
import { CredentialListError } from './credential-list-error.ts';
import { type CredentialTrust, joinedTrust } from './credential-trust.ts';
import { trustFromJwks } from './jwks-trust.ts';

const CLOCK_TOLERANCE_S = 300;

/** What a trust list trusts, until its next update should have been there. The list itself has been verified before. */
export function trustFromList(list: CredentialTrustListDocument): CredentialTrust {
  const nextUpdateS = Date.parse(list.next_update) / 1000;
  const byIssuer = new Map<string, Uint8Array[]>();
  for (const { issuer, certificate } of list.signers) {
    const ders = byIssuer.get(issuer) ?? [];
    byIssuer.set(issuer, ders);
    ders.push(decodeBase64(certificate) ?? new Uint8Array());
  }
  return joinedTrust(
    ...[...byIssuer].map(([issuer, ders]) => trustFromCertificates(ders, { issuer, nextUpdateS })),
    ...list.card_issuers.map(({ iss, jwks, revocation_lists: revocationLists }) =>
      trustFromJwks(iss, jwks, { nextUpdateS, revocationLists }),
    ),
  );
}

/**
 * Checks that a document may take the place of the known one (null: there is none yet), at the verifier's own time in
 * epoch seconds. An old one that was put back would bring back what was withdrawn since. Throws a CredentialListError.
 */
export function checkSuccession(known: ListHead | null, next: ListHead, atS: number): void {
  if (Date.parse(next.issued_at) / 1000 > atS + CLOCK_TOLERANCE_S) {
    throw new CredentialListError('list_dated_ahead', 'dated after now');
  }
  // The first one may be old: it then decides nothing, and says why.
  if (known === null) return;
  if (Date.parse(next.next_update) / 1000 < atS) throw new CredentialListError('list_stale', 'past its next update');
  if (next.sequence <= known.sequence) {
    throw new CredentialListError('list_sequence_regressed', 'its sequence number is not greater');
  }
  const isOlder =
    Date.parse(next.issued_at) < Date.parse(known.issued_at) ||
    Date.parse(next.next_update) < Date.parse(known.next_update);
  if (isOlder) throw new CredentialListError('list_update_regressed', 'its times go back');
}
