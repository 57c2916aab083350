import { CREDENTIAL_CODES } from '../../../schemas/code-lists/credential-codes.ts';
import { brokenCards, goodCards } from './card-vectors.ts';
import { brokenHcerts, goodHcerts } from './hcert-vectors.ts';
import { AT_S, CARD_ISSUER, CERTIFICATES, JWKS, REVOCATION_LISTS } from './issuers.ts';

/** `schemas/vectors/credentials/certificates.json`, for whoever writes another verifier. */
export function credentialVectors(): object {
  const vectors = [...goodHcerts(), ...goodCards(), ...brokenHcerts(), ...brokenCards()];
  return {
    about: 'Each text decided with these trust lists alone, no rules, at this time. One defect each, or none.',
    at_s: AT_S,
    certificates: CERTIFICATES,
    card_issuers: [{ iss: CARD_ISSUER, jwks: JWKS, revocation_lists: REVOCATION_LISTS }],
    vectors: vectors.map(({ code, ...vector }) => ({
      ...vector,
      expected: { outcome: CREDENTIAL_CODES[code].outcome, code },
    })),
  };
}
