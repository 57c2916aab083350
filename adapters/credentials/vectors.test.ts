import { describe, expect, test } from 'vitest';
import { CREDENTIAL_CODES } from '../../schemas/code-lists/credential-codes.ts';
import { keysOf } from '../../schemas/code-lists/index.ts';
import certificates from '../../schemas/vectors/credentials/certificates.json' with { type: 'json' };
import { joinedTrust } from './credential-trust.ts';
import { trustFromCertificates, trustFromJwks, verifyCredential } from './verify-credential.ts';

/** The published vectors, as whoever wrote another verifier would run them. */

const trust = joinedTrust(
  trustFromCertificates(certificates.certificates.map((der) => Buffer.from(der, 'base64'))),
  ...certificates.card_issuers.map(({ iss, jwks, revocation_lists: revocationLists }) =>
    trustFromJwks(iss, jwks, { revocationLists }),
  ),
);

describe('certificates', () => {
  test.each(certificates.vectors)('$name', async ({ text, defect, expected }) => {
    const { decoded, issuer, ...result } = await verifyCredential(text, { trust, atS: certificates.at_s });
    expect(result).toMatchObject(expected);
    expect(defect === null).toBe(expected.code === 'ok');
    expect(issuer === null).toBe(decoded === undefined);
  });

  test('a code has no vector', () => {
    const named = new Set(certificates.vectors.map(({ expected }) => expected.code));
    // A list's age, and rules, are no part of the text.
    const elsewhere = ['trust_list_stale', 'rules_missing', 'rule_undecided', 'rule_not_met', 'value_unknown'];
    expect(
      keysOf(CREDENTIAL_CODES)
        .filter((code) => !named.has(code))
        .sort(),
    ).toEqual(elsewhere.sort());
  });

  test('two vectors share a name', () => {
    const names = certificates.vectors.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});
