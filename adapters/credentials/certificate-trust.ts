import { type Certificate, keyIdOf, readCertificate } from './certificate.ts';
import { type CertifiedKind, type CredentialTrust, joinedTrust, type SignerEntry } from './credential-trust.ts';
import { importSignerKey } from './signer-key.ts';

/**
 * What a signer's certificate lets it sign (EU DCC, hcert-spec volume 3): the extended key usages below 1847.2021.1. The
 * longer spelling is that of the first certificates in use.
 */
const KIND_USAGES: ReadonlyMap<string, CertifiedKind> = new Map([
  ['1.3.6.1.4.1.1847.2021.1.1', 'test'],
  ['1.3.6.1.4.1.1847.2021.1.2', 'vaccination'],
  ['1.3.6.1.4.1.1847.2021.1.3', 'recovery'],
  ['1.3.6.1.4.1.0.1847.2021.1.1', 'test'],
  ['1.3.6.1.4.1.0.1847.2021.1.2', 'vaccination'],
  ['1.3.6.1.4.1.0.1847.2021.1.3', 'recovery'],
]);
/**
 * Usages of travel documents and of their visible digital seals (ICAO Doc 9303, Technical Report VDS-NC): a key that is
 * certified for these alone signs no HCERT. Usages of other trades say nothing: issuers' certificates have those of TLS.
 */
const OF_TRAVEL_DOCUMENTS = /^2\.23\.136\.1\.1\./;
const UNNAMED = 'unnamed';

/**
 * Trusts the signers of HCERT certificates by their own certificates in DER: a folder that an operator keeps, or the
 * certificates of a list. What cannot be read is left out, and a key of another algorithm is known and verifies nothing.
 * Being on the list counts, not the certificate's own dates (hcert-spec volume 5).
 */
export function trustFromCertificates(
  ders: readonly Uint8Array[],
  options: { readonly nextUpdateS?: number | null; readonly issuer?: string } = {},
): CredentialTrust {
  const hcert = new Map<string, SignerEntry[]>();
  const seen = new Set<string>();
  for (const der of ders) {
    const certificate = readCertificate(der);
    if (certificate === null) continue;
    const name = keyIdOf(certificate.der);
    const whole = certificate.der.join();
    if (seen.has(whole)) continue;
    seen.add(whole);
    const entries = hcert.get(name) ?? [];
    hcert.set(name, entries);
    entries.push(signerOf(certificate, options.issuer ?? certificate.country ?? UNNAMED, options.nextUpdateS ?? null));
  }
  return joinedTrust({ hcert, shc: new Map() });
}

/** Whose a signer's certificate says that it is; it is for its list to say so. */
export function issuerOfCertificate(der: Uint8Array): string {
  return readCertificate(der)?.country ?? UNNAMED;
}

/** One signer of HCERT certificates, as its certificate describes it. */
export function signerOf(certificate: Certificate, issuer: string, nextUpdateS: number | null): SignerEntry {
  const usages = certificate.extendedKeyUsages;
  const kinds = new Set(usages.flatMap((usage) => KIND_USAGES.get(usage) ?? []));
  const isRestricted = kinds.size > 0 || usages.some((usage) => OF_TRAVEL_DOCUMENTS.test(usage));
  return {
    issuer,
    key: importSignerKey(certificate.spki),
    kinds: isRestricted ? kinds : null,
    nextUpdateS,
    revocations: null,
  };
}
