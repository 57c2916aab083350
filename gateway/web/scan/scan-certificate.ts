import { joinedTrust } from '../../../adapters/credentials/credential-trust.ts';
import { noRules, rulesFor } from '../../../adapters/credentials/rules.ts';
import { trustFromList } from '../../../adapters/credentials/trust-list.ts';
import { looksLikeCredential, verifyCredential } from '../../../adapters/credentials/verify-credential.ts';
import { secondOf } from '../../../schemas/clocks.ts';
import { CREDENTIAL_CODES } from '../../../schemas/code-lists/credential-codes.ts';
import { SCAN_CERTIFICATE_TEXTS } from '../../../schemas/texts/scan.ts';
import { verifyCredentialRules, verifyTrustList } from '../../trust/credential-documents.ts';
import { nullIfUntrusted } from '../../trust/trust-error.ts';
import { type Outcome, scanProblem } from '../asking/outcome.ts';
import type { CertificateMaterial, ScannerTrust } from '../asking/scanner-trust.ts';

/** Whether a text is a certificate that its holder carries: it can be decided by its own bytes. */
export { looksLikeCredential as isCertificate };

/**
 * Decides a certificate with the signed lists and rules of the bundle, asking nobody. A list or rules that do not verify are
 * as good as absent, and what is absent accepts nobody. Nothing that the certificate says is in the outcome.
 */
export async function scanCertificate(presented: string, trust: ScannerTrust, atS: number): Promise<Outcome> {
  const material = trust.certificates();
  if ('problem' in material) return scanProblem(material.problem);
  const lists = await listsIn(material, atS);
  const rules = await rulesIn(material, atS);
  const { outcome, code, family, issuer } = await verifyCredential(presented, {
    trust: joinedTrust(...lists.map(trustFromList)),
    rules,
    atS,
  });
  if (outcome === 'valid' && issuer !== null && family !== null) {
    const listedS = Math.min(...lists.map(({ issued_at }) => secondOf(issued_at)));
    return { kind: 'certificate', issuer, family, listedS };
  }
  const { zh, en } = CREDENTIAL_CODES[code];
  const said = { code, text: { zh, en } };
  const { refused, unsettled } = SCAN_CERTIFICATE_TEXTS;
  if (outcome === 'invalid') return { kind: 'refused', carried: 'certificate', ...said, next: refused };
  return { kind: 'problem', ...said, next: unsettled };
}

async function listsIn({ bundle, signers }: CertificateMaterial, atS: number) {
  const opened = (bundle.credential_lists ?? []).map((token) =>
    verifyTrustList(token, signers, atS).catch(nullIfUntrusted),
  );
  return (await Promise.all(opened)).filter((list) => list !== null);
}

/** Those that hold at this door: its province's own, else the national ones. */
async function rulesIn({ bundle, signers, province }: CertificateMaterial, atS: number) {
  const opened = (bundle.credential_rules ?? []).map((token) =>
    verifyCredentialRules(token, signers, atS).catch(nullIfUntrusted),
  );
  const documents = (await Promise.all(opened)).filter((rules) => rules !== null);
  return rulesFor(documents, province) ?? noRules(province);
}
