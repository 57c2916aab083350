import { createHash } from 'node:crypto';
import { makeCertificate } from '../../../adapters/sandbox/credentials/certificate-der.ts';
import { type CredentialSigner, namedEs256Signer } from '../../../adapters/sandbox/credentials/credential-signer.ts';
import { namedP384Signer } from './named-p384-signer.ts';
import { namedPs256Signer } from './named-rsa-signer.ts';

/** When the vectors are decided: 2026-09-21T14:13:20Z. */
export const AT_S = 1_790_000_000;
export const DAY_S = 86_400;

/** A signer with the certificate that trust lists know it by. */
export interface VectorIssuer {
  readonly signer: CredentialSigner;
  readonly certificate: Uint8Array;
  readonly keyId: Uint8Array;
}

const USAGE = '1.3.6.1.4.1.1847.2021.1.';
const authority = namedEs256Signer('authority');

/** Countries are of the range that ISO 3166 leaves to its users. */
export const ISSUERS = {
  any: issuer(namedEs256Signer('any'), 'XA', 1),
  test: issuer(namedEs256Signer('test'), 'XA', 2, [`${USAGE}1`]),
  vaccination: issuer(namedEs256Signer('vaccination'), 'XA', 3, [`${USAGE}2`]),
  recovery: issuer(namedEs256Signer('recovery'), 'XA', 4, [`${USAGE}3`]),
  rsa: issuer(namedPs256Signer('rsa'), 'XB', 5),
  p384: issuer(namedP384Signer('p384'), 'XB', 8),
  /** Certified for visible digital seals (ICAO VDS-NC) alone. */
  seal: issuer(namedEs256Signer('seal'), 'XB', 9, ['2.23.136.1.1.14.2']),
  /** Certified as a server and as a client of TLS. */
  server: issuer(namedEs256Signer('server'), 'XB', 10, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']),
  /** On no list. */
  stranger: issuer(namedEs256Signer('stranger'), 'XC', 6),
};
const { stranger: _, ...LISTED } = ISSUERS;
export const CERTIFICATES = Object.values(LISTED).map(({ certificate }) => Buffer.from(certificate).toString('base64'));

function issuer(
  signer: CredentialSigner,
  country: string,
  serial: number,
  keyUsages: readonly string[] = [],
): VectorIssuer {
  const certificate = makeCertificate({ spki: signer.spki, country, keyUsages, serial }, authority);
  return { signer, certificate, keyId: createHash('sha256').update(certificate).digest().subarray(0, 8) };
}

export const CARD_ISSUER = 'https://cards.example/issuer';
export const OTHER_CARD_ISSUER = 'https://other.example';

export const CARD_SIGNERS = {
  plain: namedEs256Signer('card'),
  revoking: namedEs256Signer('card that revokes'),
  silent: namedEs256Signer('card whose list is not at hand'),
  garbled: namedEs256Signer('card whose list names a card twice'),
  certified: namedEs256Signer('card with a certificate'),
  misnamed: namedEs256Signer('card under another name'),
  forOthers: namedEs256Signer('card with the certificate of another issuer'),
  stranger: namedEs256Signer('card on no list'),
};

export function keyIdOfCard(signer: CredentialSigner): string {
  const { x, y } = pointOf(signer);
  return createHash('sha256')
    .update(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }))
    .digest('base64url');
}

export const MISNAMED_KEY = 'not-the-thumbprint';
export const JWKS = {
  keys: [
    jwkOf(CARD_SIGNERS.plain),
    { ...jwkOf(CARD_SIGNERS.revoking), crlVersion: 2 },
    { ...jwkOf(CARD_SIGNERS.silent), crlVersion: 1 },
    { ...jwkOf(CARD_SIGNERS.garbled), crlVersion: '1' },
    { ...jwkOf(CARD_SIGNERS.certified), x5c: [certificateFor(CARD_SIGNERS.certified, CARD_ISSUER)] },
    { ...jwkOf(CARD_SIGNERS.misnamed), kid: MISNAMED_KEY },
    { ...jwkOf(CARD_SIGNERS.forOthers), x5c: [certificateFor(CARD_SIGNERS.forOthers, OTHER_CARD_ISSUER)] },
  ],
};
export const REVOCATION_LISTS = [
  { kid: keyIdOfCard(CARD_SIGNERS.revoking), method: 'rid', ctr: '2', rids: ['gone', `old.${AT_S - 10 * DAY_S}`] },
  { kid: keyIdOfCard(CARD_SIGNERS.garbled), method: 'rid', ctr: 1, rids: ['one', `one.${AT_S}`] },
];

function certificateFor(signer: CredentialSigner, uri: string): string {
  const certificate = makeCertificate({ spki: signer.spki, country: 'XA', uris: [uri], serial: 7 }, authority);
  return Buffer.from(certificate).toString('base64');
}

function jwkOf(signer: CredentialSigner) {
  return { kty: 'EC', kid: keyIdOfCard(signer), use: 'sig', alg: 'ES256', crv: 'P-256', ...pointOf(signer) };
}

function pointOf({ spki }: CredentialSigner): { readonly x: string; readonly y: string } {
  const point = Buffer.from(spki).subarray(-64);
  return { x: point.subarray(0, 32).toString('base64url'), y: point.subarray(32).toString('base64url') };
}
