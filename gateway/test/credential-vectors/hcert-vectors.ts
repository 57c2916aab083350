import { zlibSync } from 'fflate';
import { derSignature } from '../../../adapters/sandbox/credentials/certificate-der.ts';
import {
  type CborMap,
  encodeCbor,
  type HcertDraft,
  hcertText,
  issueHcert,
  signedMessage,
} from '../../../adapters/sandbox/credentials/issue-hcert.ts';
import { claims, DDCC_TR, DDCC_VS, DOSE, dcc, ICVP, RECOVERY, TEST, VACCINATED } from './contents.ts';
import { AT_S, DAY_S, ISSUERS, type VectorIssuer } from './issuers.ts';
import { broken, type CredentialVector, good } from './vector.ts';

const { any, rsa, p384, seal, server, stranger, test, vaccination, recovery } = ISSUERS;
const [ES256, PS256] = [-7, -37];
/** The claims of a good certificate. */
const GOOD = claims(1, VACCINATED);

function header(issuer: VectorIssuer, alg: number = issuer === rsa ? PS256 : ES256): CborMap {
  return new Map<number, unknown>([
    [1, alg],
    [4, issuer.keyId],
  ]);
}

function issue(content: CborMap, issuer: VectorIssuer = any, changes: Partial<HcertDraft> = {}): string {
  return issueHcert({ claims: content, protectedHeader: header(issuer), ...changes }, issuer.signer);
}

/** As `issue`, with claims that are octets already. */
function issueOctets(payload: Uint8Array, issuer: VectorIssuer = any): string {
  return messageText(signedMessage({ protectedHeader: header(issuer) }, payload, issuer.signer));
}

function messageText(message: Uint8Array): string {
  return hcertText(zlibSync(message, { level: 9 }));
}

function parts(payload: unknown, changes: { readonly [index: number]: unknown } = {}): unknown[] {
  const message = [encodeCbor(header(any)), new Map(), payload, new Uint8Array(64)];
  return message.map((part, index) => (index in changes ? changes[index] : part));
}

function hex(text: string): Uint8Array {
  return Buffer.from(text, 'hex');
}

/** Claims with -260 in the place of a map that is written by hand. */
function claimsWith(hcert: string): Uint8Array {
  return Buffer.concat([hex('a1390103'), hex(hcert)]);
}

const signed = signedMessage({ protectedHeader: header(any) }, encodeCbor(GOOD), any.signer);
const compressed = zlibSync(signed, { level: 9 });
const text = issue(GOOD);

export function goodHcerts(): CredentialVector[] {
  return [
    good('dcc vaccination', text),
    good('dcc test', issue(claims(1, dcc({ t: [TEST] })))),
    good('dcc recovery', issue(claims(1, dcc({ r: [RECOVERY] })))),
    good('dcc signed with PS256', issue(GOOD, rsa)),
    good('dcc signed with ES256 and a key on P-384', issue(GOOD, p384)),
    good('dcc by a key that is certified for a server', issue(GOOD, server)),
    good('dcc with space around a code', issue(claims(1, dcc({ v: [{ ...DOSE, mp: ' EU/1/20/1528 ' }] })))),
    good('dcc with members that are undefined', issue(claims(1, dcc({ v: [DOSE], t: undefined }, { r: undefined })))),
    good('dcc without a tag', issue(GOOD, any, { tags: [] })),
    good('dcc tagged as a CWT', issue(GOOD, any, { tags: [61, 18] })),
    good('dcc with two doses in version 1.2.1', issue(claims(1, dcc({ v: [DOSE, DOSE] }, { ver: '1.2.1' })))),
    good('dcc of a year of birth alone', issue(claims(1, dcc({ v: [DOSE] }, { dob: '1990' })))),
    good('dcc with empty lists of other kinds', issue(claims(1, dcc({ v: [DOSE], t: null, r: [] })))),
    good('test by a key for tests', issue(claims(1, dcc({ t: [TEST] })), test)),
    good('vaccination by a key for vaccinations', issue(GOOD, vaccination)),
    good('recovery by a key for recoveries', issue(claims(1, dcc({ r: [RECOVERY] })), recovery)),
    good(
      'key identifier in the unprotected header alone',
      issue(GOOD, any, { protectedHeader: new Map([[1, ES256]]), unprotectedHeader: new Map([[4, any.keyId]]) }),
    ),
    good(
      'another key identifier in the unprotected header',
      issue(GOOD, any, { unprotectedHeader: new Map([[4, stranger.keyId]]) }),
    ),
    good(
      'everything in the unprotected header',
      issue(GOOD, any, { protectedHeader: new Map(), unprotectedHeader: header(any) }),
    ),
    good('without an end', issue(new Map([...GOOD].filter(([label]) => label !== 4)))),
    good('lengths that are indefinite', issueOctets(indefinite(encodeCbor(GOOD)))),
    good('ddcc vaccination status', issue(claims(3, DDCC_VS))),
    good('ddcc test result', issue(claims(4, DDCC_TR))),
    good('icvp', issue(claims(-6, ICVP))),
  ];
}

/** The outermost map, of four members, with an indefinite length. */
function indefinite(map: Uint8Array): Uint8Array {
  return Uint8Array.of(0xbf, ...map.subarray(1), 0xff);
}

export function brokenHcerts(): CredentialVector[] {
  return [...brokenTexts(), ...brokenMessages(), ...brokenClaims(), ...brokenContents()];
}

function brokenTexts(): CredentialVector[] {
  const changed = Uint8Array.from(compressed);
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  return [
    broken('not_recognised', 'no prefix', text.slice(4)),
    broken('not_recognised', 'a prefix of another version', text.replace('HC1:', 'HC2:')),
    broken('not_recognised', 'a prefix in lower case', text.replace('HC1:', 'hc1:')),
    broken('too_long', 'longer than a QR code', `${text}${'0'.repeat(4_296)}`),
    broken('base45_malformed', 'a character that base45 has not', `${text.slice(0, 40)}_${text.slice(41)}`),
    broken('base45_malformed', 'base45 in lower case', `HC1:${text.slice(4).toLowerCase()}`),
    broken('base45_malformed', 'a single character left over', `HC1:${'0'.repeat(4)}`),
    broken('base45_malformed', 'three characters beyond two octets', 'HC1:GGW'),
    broken('base45_malformed', 'a line end behind it', `${text}\n`),
    broken('compression_malformed', 'nothing behind the prefix', 'HC1:'),
    broken('compression_malformed', 'not compressed', hcertText(signed)),
    broken('compression_malformed', 'cut off', hcertText(compressed.subarray(0, -20))),
    broken('compression_malformed', 'a checksum of other content', hcertText(changed)),
    broken('compression_malformed', 'deflated without its zlib header', hcertText(compressed.subarray(2))),
    broken('inflated_too_large', 'inflates without end', messageText(new Uint8Array(500_000))),
  ];
}

function brokenMessages(): CredentialVector[] {
  const payload = encodeCbor(GOOD);
  const derSigner = { ...any.signer, sign: (octets: Uint8Array) => derSignature(any.signer.sign(octets)) };
  return [
    broken('cbor_malformed', 'octets behind the message', messageText(Uint8Array.of(...signed, 0))),
    broken('cbor_malformed', 'a message that is cut off', messageText(signed.subarray(0, -1))),
    broken('cbor_malformed', 'the end of a list in the place of a value', messageText(withHeader(hex('a105ff')))),
    broken('cbor_malformed', 'an unknown tag', issue(GOOD, any, { tags: [1_000] })),
    broken(
      'cbor_too_deep',
      'nested a thousand deep',
      messageText(Uint8Array.of(...new Uint8Array(1_000).fill(0x81), 0)),
    ),
    broken('cbor_too_deep', 'thirty thousand items', messageText(hex(`9a00007530${'00'.repeat(30_000)}`))),
    broken('cose_malformed', 'a map in the place of a message', messageText(encodeCbor(new Map([[1, 2]])))),
    broken('cose_malformed', 'three parts', messageText(encodeCbor(parts(payload).slice(0, 3)))),
    broken('cose_malformed', 'a payload that is no byte string', messageText(encodeCbor(parts('text')))),
    broken(
      'cose_malformed',
      'a header that is no map',
      messageText(encodeCbor(parts(payload, { 0: encodeCbor([1]) }))),
    ),
    broken('cose_malformed', 'a detached payload', messageText(encodeCbor(parts(null)))),
    broken('cose_malformed', 'tagged 18 twice', issue(GOOD, any, { tags: [18, 18] })),
    broken(
      'cbor_repeated_key',
      'a header with two algorithms',
      messageText(encodeCbor(parts(payload, { 0: hex('a2012601381e') }))),
    ),
    broken(
      'header_malformed',
      'a critical header',
      issue(GOOD, any, {
        protectedHeader: new Map<number, unknown>([...header(any), [2, [99]]] as [number, unknown][]),
      }),
    ),
    broken('algorithm_refused', 'EdDSA', issue(GOOD, any, { protectedHeader: header(any, -8) })),
    broken('algorithm_refused', 'no algorithm', issue(GOOD, any, { protectedHeader: new Map([[4, any.keyId]]) })),
    broken('key_id_missing', 'no key identifier', issue(GOOD, any, { protectedHeader: new Map([[1, ES256]]) })),
    broken(
      'key_id_missing',
      'a key identifier that is text',
      issue(GOOD, any, {
        protectedHeader: new Map<number, unknown>([
          [1, ES256],
          [4, 'key'],
        ]),
      }),
    ),
    broken('issuer_unknown', 'a signer on no list', issue(GOOD, stranger)),
    broken(
      'issuer_unknown',
      'another key identifier in the protected header',
      issue(GOOD, any, { protectedHeader: header(stranger, ES256), unprotectedHeader: header(any) }),
    ),
    broken(
      'signature_invalid',
      'the name of one key, the signature of another',
      issueHcert({ claims: GOOD, protectedHeader: header(any) }, stranger.signer),
    ),
    broken('signature_invalid', 'ES256 said of an RSA key', issue(GOOD, rsa, { protectedHeader: header(rsa, ES256) })),
    broken(
      'signature_invalid',
      'a signature in DER',
      issueHcert({ claims: GOOD, protectedHeader: header(any) }, derSigner),
    ),
    broken(
      'signature_invalid',
      'another payload under the same signature',
      messageText(withPayload(signed, encodeCbor(claims(1, dcc({ t: [TEST] }))))),
    ),
    broken(
      'signature_invalid',
      'a signature that is cut off',
      messageText(encodeCbor(parts(payload, { 3: new Uint8Array(63) }))),
    ),
  ];
}

/** The same message with an unprotected header as given, which nothing signs. */
function withHeader(unprotected: Uint8Array): Uint8Array {
  const [protectedHeader, , ...rest] = parts(encodeCbor(GOOD)).map(encodeCbor);
  return Uint8Array.of(0x84, ...(protectedHeader ?? []), ...unprotected, ...rest.flatMap((part) => [...part]));
}

/** The same message over another payload. */
function withPayload(message: Uint8Array, payload: Uint8Array): Uint8Array {
  const signature = message.subarray(-64);
  return encodeCbor([encodeCbor(header(any)), new Map(), payload, signature]);
}

function brokenClaims(): CredentialVector[] {
  return [
    broken('claims_malformed', 'claims that are a list', issueOctets(encodeCbor([1, 2]))),
    broken('claims_malformed', 'a claim -260 that is no map', issue(new Map([[-260, 'text']]))),
    broken('claims_malformed', 'content that is no map', issue(new Map([[-260, new Map([[1, 'text']])]]))),
    broken('claims_malformed', 'an issuer that is a number', issue(claims(1, VACCINATED, [[1, 7]]))),
    broken('claims_malformed', 'an end that is text', issue(claims(1, VACCINATED, [[4, '2027-01-01']]))),
    broken('claims_malformed', 'an end in milliseconds', issue(claims(1, VACCINATED, [[4, (AT_S + DAY_S) * 1000]]))),
    broken('cbor_repeated_key', 'two contents under one key', issueOctets(claimsWith('a201a001a0'))),
    broken('cbor_malformed', 'an end that is no number', issueOctets(hex('a104f97e00'))),
    broken('content_unsupported', 'a content that nobody defined', issue(claims(99, VACCINATED))),
    broken('content_unsupported', 'no claim -260', issue(new Map([[1, 'XA']]))),
    broken('content_unsupported', 'content in the place of claims', issue(new Map(Object.entries(DDCC_VS)))),
    broken(
      'content_unsupported',
      'two contents side by side',
      issue(
        new Map([
          [
            -260,
            new Map([
              [1, VACCINATED],
              [3, DDCC_VS],
            ]),
          ],
        ]),
      ),
    ),
    broken(
      'link_not_followed',
      'a health link',
      issue(claims(5, null, [[-260, new Map([[5, [{ u: 'shlink:/eyJ1cmwiOiIifQ' }]]])]])),
    ),
    broken('expired', 'past its end', issue(claims(1, VACCINATED, [[4, AT_S - 1]]))),
    broken('not_yet_valid', 'issued tomorrow', issue(claims(1, VACCINATED, [[6, AT_S + DAY_S]]))),
    broken('key_usage_wrong', 'a vaccination by a key for tests', issue(GOOD, test)),
    broken('key_usage_wrong', 'a test by a key for vaccinations', issue(claims(1, dcc({ t: [TEST] })), vaccination)),
    broken('key_usage_wrong', 'a test by a key for recoveries', issue(claims(1, dcc({ t: [TEST] })), recovery)),
    broken('key_usage_wrong', 'a vaccination by a key for seals of travel documents', issue(GOOD, seal)),
    broken('key_usage_wrong', 'a ddcc test by a key for vaccinations', issue(claims(4, DDCC_TR), vaccination)),
  ];
}

function brokenContents(): CredentialVector[] {
  const malformed = (defect: string, content: object) => broken('content_malformed', defect, issue(claims(1, content)));
  const { nam: _, ...nameless } = { nam: null, ...VACCINATED };
  return [
    malformed('no event', dcc({})),
    malformed('events of two kinds', dcc({ v: [DOSE], t: [TEST] })),
    malformed('events of two kinds in version 1.2.1', dcc({ v: [DOSE], t: [TEST] }, { ver: '1.2.1' })),
    malformed('two doses in version 1.3.0', dcc({ v: [DOSE, DOSE] })),
    malformed('no name', nameless),
    malformed('a name in the alphabet of no passport', dcc({ v: [DOSE] }, { nam: { fn: 'Muster', fnt: 'Muster' } })),
    malformed(
      'a written name whose transliteration is empty',
      dcc({ v: [DOSE] }, { nam: { fnt: 'MUSTER', gn: 'Vektor', gnt: '' } }),
    ),
    malformed('a birth in 1815', dcc({ v: [DOSE] }, { dob: '1815-08-24' })),
    malformed('a birth after the certificate', dcc({ v: [DOSE] }, { dob: '2027-01-01' })),
    malformed('a dose number that is text', dcc({ v: [{ ...DOSE, dn: '2' }] })),
    malformed('a test without a time', dcc({ t: [{ ...TEST, sc: '2026-09-20' }] })),
    malformed('a code that is nothing but undefined', dcc({ v: [{ ...DOSE, vp: undefined }] })),
    malformed('a recovery without an end', dcc({ r: [{ ...RECOVERY, du: null }] })),
    malformed('a version that is no 1', dcc({ v: [DOSE] }, { ver: '2.0.0' })),
    broken(
      'content_malformed',
      'a member named by a number',
      issue(claims(1, new Map<unknown, unknown>([...Object.entries(VACCINATED), [7, 1]]))),
    ),
    broken(
      'content_malformed',
      'a member that is a byte string',
      issue(claims(1, { ...VACCINATED, extra: Uint8Array.of(1) })),
    ),
    broken('content_malformed', 'a ddcc without content', issue(claims(3, {}))),
  ];
}
