import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import certificates from '../../schemas/vectors/credentials/certificates.json' with { type: 'json' };
import { derSignature, makeCertificate } from '../sandbox/credentials/certificate-der.ts';
import { namedEs256Signer } from '../sandbox/credentials/credential-signer.ts';
import { readGdhcnList } from './gdhcn-list.ts';
import { certificatesInPem } from './pem-certificates.ts';
import { checkSuccession, trustFromList } from './trust-list.ts';
import { verifyCredential } from './verify-credential.ts';

const AT_S = certificates.at_s;
const instant = (offsetS: number) => new Date((AT_S + offsetS) * 1000).toISOString().replace('.000', '');

describe('a list that follows another', () => {
  const known = { sequence: 7, issued_at: instant(-100), next_update: instant(100) };

  test.each<[string, object, string | null]>([
    ['is not taken', { sequence: 8 }, null],
    ['under the same number is taken', {}, 'list_sequence_regressed'],
    ['under a smaller number is taken', { sequence: 6 }, 'list_sequence_regressed'],
    ['that is older is taken', { sequence: 8, issued_at: instant(-101) }, 'list_update_regressed'],
    ['that ends earlier is taken', { sequence: 8, next_update: instant(99) }, 'list_update_regressed'],
    ['that should have been replaced is taken', { sequence: 8, next_update: instant(-1) }, 'list_stale'],
    ['that is dated tomorrow is taken', { sequence: 8, issued_at: instant(86_400) }, 'list_dated_ahead'],
  ])('a list %s', (_defect, changes, code) => {
    const take = () => checkSuccession(known, { ...known, ...changes }, AT_S);
    if (code === null) expect(take).not.toThrow();
    else expect(take).toThrow(expect.objectContaining({ code }));
  });
});

test('a trust list that was signed anew trusts otherwise than its certificates', async () => {
  const [issuer] = certificates.card_issuers;
  const trust = trustFromList({
    sequence: 1,
    issued_at: instant(0),
    next_update: instant(60),
    signers: certificates.certificates.map((certificate) => ({ issuer: 'XAA', certificate })),
    card_issuers: issuer === undefined ? [] : [issuer],
  });
  const check = (name: string, atS: number) =>
    verifyCredential(certificates.vectors.find((vector) => vector.name === name)?.text ?? '', { trust, atS });
  await expect(check('dcc-vaccination', AT_S)).resolves.toMatchObject({ code: 'ok', issuer: 'XAA' });
  await expect(check('card', AT_S)).resolves.toMatchObject({ code: 'ok', issuer: issuer?.iss });
  await expect(check('a-card-that-was-revoked', AT_S)).resolves.toMatchObject({ code: 'revoked' });
  await expect(check('card', AT_S + 61)).resolves.toMatchObject({ code: 'trust_list_stale' });
});

describe('PEM files', () => {
  const pem = (label: string, der: string) => `-----BEGIN ${label}-----\n${der}\n-----END ${label}-----\n`;
  const [first = '', second = ''] = certificates.certificates;

  test('certificates of one file are lost', () => {
    const ders = certificatesInPem(pem('CERTIFICATE', first) + pem('CERTIFICATE', second));
    expect(ders.map((der) => Buffer.from(der).toString('base64'))).toEqual([first, second]);
  });

  test.each([
    ['nothing', ''],
    ['a private key among certificates', pem('CERTIFICATE', first) + pem('PRIVATE KEY', 'AAAA')],
    ['a block without an end', `${pem('CERTIFICATE', first)}-----BEGIN CERTIFICATE-----\n`],
  ])('%s is taken for certificates', (_defect, text) => {
    expect(() => certificatesInPem(text)).toThrow(expect.objectContaining({ code: 'list_malformed' }));
  });
});

describe('GDHCN lists', () => {
  const who = namedEs256Signer('list signer');
  const pinned = { method: 'did:web:lists.example:signing', spki: who.spki };
  const listed = namedEs256Signer('listed');
  const certificate = makeCertificate({ spki: listed.spki, country: 'XA', serial: 9 }, who);

  test.each<[string, Parameters<typeof listOf>[0], string | null]>([
    ['is not read', {}, null],
    ['without quirks from elsewhere is not read', { host: 'lists.example', der: false, padded: false }, null],
    ['signed in DER from elsewhere is read', { host: 'lists.example', padded: false }, 'list_quirk_elsewhere'],
    ['with longer coordinates from elsewhere is read', { host: 'lists.example', der: false }, 'list_quirk_elsewhere'],
    ['by another method is read', { method: 'did:web:other.example:signing' }, 'list_signer_unknown'],
    ['with another key is read', { signer: namedEs256Signer('stranger') }, 'list_signature_invalid'],
    ['that was changed after it was signed is read', { participant: '#XZZ' }, 'list_signature_invalid'],
    ['with a member that nothing signs is read', { extra: true }, 'list_malformed'],
  ])('a list %s', (_defect, changes, code) => {
    const read = () => readGdhcnList(listOf(changes), pinned, 'DCC');
    if (code !== null) expect(read).toThrow(expect.objectContaining({ code }));
    else expect(read().signers).toEqual([{ issuer: 'XAA', certificate: Buffer.from(certificate).toString('base64') }]);
  });

  test('a key of another domain is taken for one of this', () => {
    expect(readGdhcnList(listOf({}), pinned, 'DDCC').signers).toEqual([]);
  });

  test('a key under the name of another certificate is taken', () => {
    expect(readGdhcnList(listOf({ kid: 'AAAAAAAAAAA=' }), pinned, 'DCC').signers).toEqual([]);
  });

  /** As the publisher writes it: signed in DER, coordinates with a leading zero. */
  function listOf(changes: {
    readonly host?: string;
    readonly der?: boolean;
    readonly padded?: boolean;
    readonly method?: string;
    readonly signer?: typeof who;
    readonly participant?: string;
    readonly kid?: string;
    readonly extra?: true;
  }): object {
    const { host = 'tng-cdn.who.int', der = true, padded = true, method = pinned.method, signer = who } = changes;
    const id = `did:web:${host}:v2:trustlist`;
    const point = Buffer.from(listed.spki.subarray(-64));
    const coordinate = (octets: Buffer) =>
      (padded ? Buffer.concat([Buffer.of(0), octets]) : octets).toString('base64url');
    const jwk = {
      crv: 'P-256',
      kid: changes.kid ?? createHash('sha256').update(certificate).digest().subarray(0, 8).toString('base64'),
      kty: 'EC',
      x: coordinate(point.subarray(0, 32)),
      x5c: [Buffer.from(certificate).toString('base64')],
      y: coordinate(point.subarray(32)),
    };
    const [created, nonce] = [instant(-10), 'abc123'];
    const header = Buffer.from('{"b64":false,"crit":["b64"],"alg":"ES256"}').toString('base64url');
    const digests = [proofLines(created, nonce, method), documentLines(id, jwk)].map((lines) =>
      createHash('sha256').update(lines.sort().join('')).digest(),
    );
    const raw = signer.sign(Buffer.concat([Buffer.from(`${header}.`), ...digests]));
    const jws = `${header}..${Buffer.from(der ? derSignature(raw) : raw).toString('base64url')}`;
    return {
      '@context': [
        'https://www.w3.org/ns/did/v1',
        'https://w3id.org/security/suites/jws-2020/v1',
        'https://smart.who.int/trust/tng-context/v1.jsonld',
      ],
      id,
      controller: id,
      verificationMethod: [
        {
          id: `${id}#key`,
          type: 'JsonWebKey2020',
          controller: id,
          publicKeyJwk: jwk,
          domain: { code: '#DCC' },
          participant: { code: changes.participant ?? '#XAA' },
          keyusage: { code: '#DSC' },
        },
      ],
      proof: {
        type: 'JsonWebSignature2020',
        created,
        nonce,
        proofPurpose: 'assertionMethod',
        verificationMethod: method,
        jws,
      },
      ...(changes.extra === undefined ? {} : { service: [] }),
    };
  }

  /** The canonical N-Quads of such a list, written out. */
  function documentLines(id: string, jwk: object): string[] {
    const key = `<${id}#key>`;
    const security = 'https://w3id.org/security#';
    const set = (name: string) => `https://smart.who.int/trust/ValueSet-${name}.jsonld`;
    const literal = JSON.stringify(JSON.stringify(jwk));
    return [
      `<${id}> <${security}controller> <${id}> .\n`,
      `<${id}> <${security}verificationMethod> ${key} .\n`,
      `${key} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <${security}JsonWebKey2020> .\n`,
      `${key} <${security}controller> <${id}> .\n`,
      `${key} <${security}publicKeyJwk> ${literal}^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON> .\n`,
      `${key} <${set('Domains')}> <${set('Domains')}#DCC> .\n`,
      `${key} <${set('Participants')}> <${set('Participants')}#XAA> .\n`,
      `${key} <${set('KeyUsage')}> <${set('KeyUsage')}#DSC> .\n`,
    ];
  }

  function proofLines(created: string, nonce: string, method: string): string[] {
    const security = 'https://w3id.org/security#';
    return [
      `_:c14n0 <http://purl.org/dc/terms/created> "${created}"^^<http://www.w3.org/2001/XMLSchema#dateTime> .\n`,
      `_:c14n0 <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <${security}JsonWebSignature2020> .\n`,
      `_:c14n0 <${security}nonce> "${nonce}" .\n`,
      `_:c14n0 <${security}proofPurpose> <${security}assertionMethod> .\n`,
      `_:c14n0 <${security}verificationMethod> <${method}> .\n`,
    ];
  }
});
