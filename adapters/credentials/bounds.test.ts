import { expect, test } from 'vitest';
import certificates from '../../schemas/vectors/credentials/certificates.json' with { type: 'json' };
import { namedEs256Signer } from '../sandbox/credentials/credential-signer.ts';
import { keyIdOf } from './certificate.ts';
import { type CredentialTrust, joinedTrust, type SignerEntry } from './credential-trust.ts';
import { importSignerKey } from './signer-key.ts';
import { trustFromCertificates, verifyCredential } from './verify-credential.ts';

const DERS = certificates.certificates.map((der) => Buffer.from(der, 'base64'));
const TEXT = certificates.vectors.find(({ name }) => name === 'dcc-vaccination')?.text ?? '';
const NAME = keyIdOf(DERS[0] ?? new Uint8Array());
const OPTIONS = { atS: certificates.at_s };

/** So many keys of other people under the name of the certificate's key. */
function crowd(size: number): CredentialTrust {
  const spki = namedEs256Signer('somebody else').spki;
  const entry: SignerEntry = {
    issuer: 'XZ',
    key: importSignerKey(spki),
    kinds: null,
    nextUpdateS: null,
    revocations: null,
  };
  return { hcert: new Map([[NAME, Array.from({ length: size }, () => entry)]]), shc: new Map() };
}

test('the last of a thousand keys of one name is not tried', async () => {
  const trust = joinedTrust(crowd(999), trustFromCertificates(DERS));
  await expect(verifyCredential(TEXT, { trust, ...OPTIONS })).resolves.toMatchObject({ code: 'ok', issuer: 'XA' });
});

test('more keys of one name than anybody has are all tried, or make a certificate invalid', async () => {
  const trust = joinedTrust(crowd(20_000), trustFromCertificates(DERS));
  expect(trust.hcert.get(NAME)).toHaveLength(1_001);
  await expect(verifyCredential(TEXT, { trust, ...OPTIONS })).resolves.toMatchObject({ code: 'key_unknown' });
});

test('a trust list that should have been replaced makes valid or invalid', async () => {
  const trust = trustFromCertificates(DERS, { nextUpdateS: certificates.at_s - 1 });
  await expect(verifyCredential(TEXT, { trust, ...OPTIONS })).resolves.toMatchObject({
    outcome: 'indeterminate',
    code: 'trust_list_stale',
  });
});

test('what is no text is not refused by its code', async () => {
  for (const text of [undefined, null, 7, {}]) {
    // Who calls from JavaScript has no compiler.
    const result: unknown = await Reflect.apply(verifyCredential, undefined, [text, { trust: crowd(0), ...OPTIONS }]);
    expect(result).toMatchObject({ outcome: 'invalid', code: 'not_recognised', family: null, issuer: null });
  }
});
