import { derSignature } from '../../../adapters/sandbox/credentials/certificate-der.ts';
import { cardDigits, cardJws, deflated, issueCard } from '../../../adapters/sandbox/credentials/issue-card.ts';
import { bundleWith, card, IMMUNIZATION } from './contents.ts';
import { AT_S, CARD_SIGNERS, DAY_S, keyIdOfCard, MISNAMED_KEY } from './issuers.ts';
import { broken, type CredentialVector, good } from './vector.ts';

const { plain, revoking, silent, garbled, certified, misnamed, forOthers, stranger } = CARD_SIGNERS;
const HEADER = { zip: 'DEF', alg: 'ES256', kid: keyIdOfCard(plain) };

function issue(claims: object, signer = plain, keyId = keyIdOfCard(signer)): string {
  return issueCard(keyId, claims, signer);
}

/** A card whose header, or whose payload as text, is another one. */
function made(header: object, payload = JSON.stringify(card())): string {
  return cardDigits(cardJws(header, deflated(payload), plain));
}

const text = issue(card());
const jws = cardJws(HEADER, deflated(JSON.stringify(card())), plain);

export function goodCards(): CredentialVector[] {
  return [
    good('card', text),
    good('card as a JWS', jws),
    good('card in a file', JSON.stringify({ verifiableCredential: [jws] })),
    good('card with an end', issue(card({}, { exp: AT_S + DAY_S }))),
    good('card that is on no list of revoked ones', issue(card({ rid: 'kept' }), revoking)),
    good('card issued after what its list revokes', issue(card({ rid: 'old' }, { nbf: AT_S - DAY_S }), revoking)),
    good('card of a key with a certificate', issue(card(), certified)),
    good('card without an identifier, whose list is not at hand', issue(card(), silent)),
    good('card with an assured identity', printed({ ...IMMUNIZATION, meta: { security: [{ code: 'IAL2' }] } })),
    good(
      'card as a JWS with long addresses',
      cardJws(HEADER, deflated(JSON.stringify(card(bundleWith(IMMUNIZATION, 'urn:uuid:1')))), plain),
    ),
  ];
}

export function brokenCards(): CredentialVector[] {
  return [...brokenCarriers(), ...brokenHeaders(), ...brokenCardClaims(), ...brokenBundles(), ...untrustedCards()];
}

/** The code of a card with this in the place of its immunization. */
function printed(resource: object, fullUrl?: string): string {
  return issue(card(bundleWith(resource, fullUrl)));
}

function brokenCarriers(): CredentialVector[] {
  const [header = '', payload = ''] = jws.split('.');
  const derSigner = { ...plain, sign: (octets: Uint8Array) => derSignature(plain.sign(octets)) };
  return [
    broken('not_recognised', 'the scheme in capitals', text.replace('shc:/', 'SHC:/')),
    broken('not_recognised', 'white space before the scheme', ` ${text}`),
    broken('numeric_malformed', 'an odd digit', `${text}1`),
    broken('numeric_malformed', 'a pair beyond the alphabet', `shc:/99${text.slice(7)}`),
    broken('numeric_malformed', 'white space behind the digits', `${text} `),
    broken('too_long', 'more digits than a code of version 22', `shc:/${'00'.repeat(1_196)}`),
    broken('part_of_several', 'one chunk of two', text.replace('shc:/', 'shc:/1/2/')),
    broken('part_of_several', 'a file with two cards', JSON.stringify({ verifiableCredential: [jws, jws] })),
    broken('link_not_followed', 'a smart health link', 'shlink:/eyJ1cmwiOiJodHRwczovL2xpbmtzLmV4YW1wbGUifQ'),
    broken(
      'link_not_followed',
      'a smart health link behind a viewer',
      'https://viewer.example/#shlink:/eyJ1cmwiOiIifQ',
    ),
    broken('jws_malformed', 'two parts', cardDigits(`${header}.${payload}`)),
    broken(
      'jws_malformed',
      'a second spelling of its header',
      cardDigits(`${header.slice(0, -1)}R.${payload}.${'A'.repeat(86)}`),
    ),
    broken('json_malformed', 'a header that is no JSON', cardDigits(`AAAA.${payload}.${'A'.repeat(86)}`)),
    broken('signature_invalid', 'a signature of zeros', cardDigits(`${header}.${payload}.${'A'.repeat(86)}`)),
    broken(
      'signature_invalid',
      'a card signature in DER',
      cardDigits(cardJws(HEADER, deflated(JSON.stringify(card())), derSigner)),
    ),
    broken(
      'signature_invalid',
      'another payload under the same card signature',
      cardDigits(
        [
          header,
          Buffer.from(deflated(JSON.stringify(card({ rid: 'x' })))).toString('base64url'),
          jws.split('.')[2],
        ].join('.'),
      ),
    ),
  ];
}

function brokenHeaders(): CredentialVector[] {
  return [
    broken('header_malformed', 'a card header without zip', made({ alg: 'ES256', kid: HEADER.kid })),
    broken('header_malformed', 'a card header without a key identifier', made({ zip: 'DEF', alg: 'ES256' })),
    broken('header_malformed', 'a card header without an algorithm', made({ zip: 'DEF', kid: HEADER.kid })),
    broken('header_malformed', 'a critical card header', made({ ...HEADER, crit: ['b64'], b64: false })),
    broken('algorithm_refused', 'alg none', made({ ...HEADER, alg: 'none' })),
    broken('algorithm_refused', 'HS256', made({ ...HEADER, alg: 'HS256' })),
    broken(
      'compression_malformed',
      'a card that is not deflated',
      cardDigits(cardJws(HEADER, Buffer.from(JSON.stringify({ iss: 'x' })), plain)),
    ),
    broken(
      'compression_malformed',
      'a card with a zlib header',
      cardDigits(cardJws(HEADER, Buffer.concat([Buffer.from('78da', 'hex'), deflated(JSON.stringify(card()))]), plain)),
    ),
    broken(
      'inflated_too_large',
      'a card that inflates without end',
      cardDigits(cardJws(HEADER, deflated(' '.repeat(400_000)), plain)),
    ),
  ];
}

function brokenCardClaims(): CredentialVector[] {
  const payload = JSON.stringify(card());
  return [
    broken('json_malformed', 'a byte order mark', made(HEADER, `\uFEFF${payload}`)),
    broken('json_malformed', 'a member twice', made(HEADER, payload.replace('{"iss"', '{"nbf":1,"iss"'))),
    broken('json_malformed', 'characters behind the payload', made(HEADER, `${payload}x`)),
    broken('payload_not_minified', 'white space between members', made(HEADER, JSON.stringify(card(), null, 1))),
    broken('payload_not_minified', 'a line end behind the payload', made(HEADER, `${payload}\n`)),
    broken('claims_malformed', 'a payload that was stringified twice', made(HEADER, JSON.stringify(payload))),
    broken(
      'claims_malformed',
      'no card among its types',
      issue(card({ type: ['https://smarthealth.cards#immunization'] })),
    ),
    broken('claims_malformed', 'no time of issue', issue(card({}, { nbf: undefined }))),
    broken('claims_malformed', 'a time of issue in milliseconds', issue(card({}, { nbf: AT_S * 1000 }))),
    broken('claims_malformed', 'no bundle', issue(card({ credentialSubject: { fhirVersion: '4.0.1' } }))),
    broken(
      'claims_malformed',
      'a bundle without entries',
      issue(card({ credentialSubject: { fhirVersion: '4.0.1', fhirBundle: { resourceType: 'Bundle', entry: [] } } })),
    ),
    broken('claims_malformed', 'a revocation identifier of 25 characters', issue(card({ rid: 'a'.repeat(25) }))),
    broken('issuer_malformed', 'an issuer over http', issue(card({}, { iss: 'http://cards.example/issuer' }))),
    broken(
      'issuer_malformed',
      'an issuer with a slash at its end',
      issue(card({}, { iss: 'https://cards.example/issuer/' })),
    ),
    broken('issuer_malformed', 'an issuer with a query', issue(card({}, { iss: 'https://cards.example/issuer?a=b' }))),
    broken('expired', 'a card past its end', issue(card({}, { exp: AT_S - 1 }))),
    broken('not_yet_valid', 'a card issued tomorrow', issue(card({}, { nbf: AT_S + DAY_S }))),
  ];
}

function brokenBundles(): CredentialVector[] {
  const changed = (defect: string, changes: object) =>
    broken('content_malformed', defect, printed({ ...IMMUNIZATION, ...changes }));
  const { occurrenceDateTime: _, ...timeless } = IMMUNIZATION;
  return [
    changed('metadata that are not about security', { meta: { id: 'one' } }),
    changed('metadata beside those about security', { meta: { security: [{ code: 'IAL2' }], id: 'one' } }),
    changed('metadata about security without a code', { meta: { security: [{ level: 'IAL2' }] } }),
    changed('an immunization in a state that has no code', { status: 'Completed' }),
    changed('an immunization without a coded vaccine', { vaccineCode: { coding: [] } }),
    changed('an immunization at two times', { occurrenceString: 'in spring' }),
    broken('content_malformed', 'an immunization at no time', printed(timeless)),
    changed('an element that is empty', { lotNumber: '' }),
    changed('an element without members', { performer: [{ actor: {} }] }),
    changed('a resource without a type', { resourceType: undefined }),
    changed('a reference to a resource that is not there', { patient: { reference: 'resource:7' } }),
    broken('content_malformed', 'a long address in a printed card', printed(IMMUNIZATION, 'urn:uuid:1')),
    broken('content_malformed', 'two resources of one address', printed(IMMUNIZATION, 'resource:0')),
  ];
}

function untrustedCards(): CredentialVector[] {
  return [
    broken('issuer_unknown', 'a card issuer on no list', issue(card({}, { iss: 'https://stranger.example' }))),
    broken('key_unknown', 'a key that the issuer does not publish', issue(card(), stranger)),
    broken(
      'signature_invalid',
      'the name of one card key, the signature of another',
      issue(card(), stranger, HEADER.kid),
    ),
    broken('key_unfit', 'a key whose name is not its thumbprint', issue(card(), misnamed, MISNAMED_KEY)),
    broken('key_unfit', 'a key with the certificate of another issuer', issue(card(), forOthers)),
    broken('revoked', 'a card that was revoked', issue(card({ rid: 'gone' }), revoking)),
    broken('revoked', 'a card that was issued before what its list revokes', issue(card({ rid: 'old' }), revoking)),
    broken('revocation_unknown', 'a card whose list is not at hand', issue(card({ rid: 'any' }), silent)),
    broken('revocation_unknown', 'a card whose list names another card twice', issue(card({ rid: 'any' }), garbled)),
    broken('revocation_unknown', 'a card without an identifier whose list is garbled', issue(card(), garbled)),
  ];
}
