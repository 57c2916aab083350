import { createHash, randomInt } from 'node:crypto';
import type { CredentialRulesDocument } from '../../../schemas/credential-rules.ts';
import type { CredentialTrustListDocument } from '../../../schemas/credential-trust-list.ts';
import { instantOf } from '../../../schemas/instant.ts';
import { makeCertificate } from './certificate-der.ts';
import { type CredentialSigner, newEs256Signer, newPs256Signer } from './credential-signer.ts';
import { issueCard } from './issue-card.ts';
import { issueHcert } from './issue-hcert.ts';
import { SANDBOX_RULES } from './sandbox-rules.ts';

/** Issuers abroad, played: they make certificates that come to a wanted result under their trust list and rules. */
export interface CredentialIssuer {
  readonly trustList: CredentialTrustListDocument;
  /** The national rules, and those of a destination of its own. */
  readonly rules: readonly CredentialRulesDocument[];
  /** A fresh code of a family. Throws for a result that no certificate of it is made for. */
  readonly issue: (wanted: WantedCertificate) => string;
}

export interface WantedCertificate {
  readonly family: string;
  readonly result: string;
  /** As the trust list names it; absent: the first of them. */
  readonly issuer?: string | undefined;
}

const DAY_S = 86_400;
const HOUR_S = 3_600;
const TEST_USAGE = '1.3.6.1.4.1.1847.2021.1.1';
const CARD_ISSUER = 'https://cards.abroad.sandbox.invalid';
/** Of the range that ISO 3166 leaves to its users, with what trust lists call them. One signs DCC, the other one ICVP. */
const [COUNTRY, PARTICIPANT] = ['XA', 'XAA'];
const [OTHER_COUNTRY, OTHER_PARTICIPANT] = ['XB', 'XBB'];

/** Makes the issuers with fresh keys; certificates are of the days around `startS`, epoch seconds. */
export function openCredentialIssuer(startS: number): CredentialIssuer {
  const root = newEs256Signer();
  const es256 = listed(newEs256Signer(), root, 1);
  const ps256 = listed(newPs256Signer(), root, 2);
  const tests = listed(newEs256Signer(), root, 3, [TEST_USAGE]);
  const stranger = listed(newEs256Signer(), root, 4);
  const other = listed(newEs256Signer(), root, 5, [], OTHER_COUNTRY);
  const [cards, silent, unlisted] = [newEs256Signer(), newEs256Signer(), newEs256Signer()];
  // A sandbox that starts again has other keys: its list takes the place of the one before.
  const head = {
    sequence: Math.floor(startS),
    issued_at: instantOf(startS - HOUR_S),
    next_update: instantOf(startS + 30 * DAY_S),
  };
  return {
    trustList: {
      ...head,
      signers: [es256, ps256, tests, other].map(({ certificate, country }) => ({
        issuer: country === COUNTRY ? PARTICIPANT : OTHER_PARTICIPANT,
        certificate: Buffer.from(certificate).toString('base64'),
      })),
      card_issuers: [
        {
          iss: CARD_ISSUER,
          jwks: { keys: [jwkOf(cards, 1), jwkOf(silent, 1)] },
          revocation_lists: [{ kid: keyIdOf(cards), method: 'rid', ctr: 1, rids: ['revoked'] }],
        },
      ],
    },
    rules: SANDBOX_RULES.map((rules) => ({ ...rules, ...head })),
    issue: ({ family, result, issuer }) => {
      const wanted = issuer === OTHER_PARTICIPANT ? `icvp ${result}` : `${family} ${result}`;
      switch (wanted) {
        case 'hcert ok':
          return hcert(es256, dcc(2), startS);
        case 'hcert unknown':
          return `HC1:${String(randomInt(1_000_000_000)).padStart(200, '0')}`;
        case 'hcert expired':
          return hcert(es256, dcc(2), startS - 400 * DAY_S);
        case 'hcert signature_invalid':
          return hcert({ ...es256, signer: stranger.signer }, dcc(2), startS);
        case 'hcert issuer_unknown':
          return hcert(stranger, dcc(2), startS);
        case 'hcert not_yet_valid':
          return hcert(ps256, dcc(2), startS + 300 * DAY_S);
        case 'hcert key_usage_wrong':
          return hcert(tests, dcc(2), startS);
        case 'hcert rule_not_met':
          return hcert(ps256, dcc(1), startS);
        case 'hcert rules_missing':
          return hcert(
            es256,
            new Map([[4, { name: 'Sandbox', birthDate: '1990-01-01', test: { type: 'LP6464-4' } }]]),
            startS,
          );
        case 'icvp ok':
          return hcert(
            other,
            new Map([[-6, { n: 'Sandbox', dob: '1990-01-01', v: { vp: 'XM0N24', dt: '2026-01-01' } }]]),
            startS,
          );
        case 'hcert content_unsupported':
          return hcert(es256, new Map([[99, { dob: '1990-01-01' }]]), startS);
        case 'hcert link_not_followed':
          return hcert(es256, new Map([[5, [{ u: 'shlink:/eyJ1cmwiOiIifQ' }]]]), startS);
        case 'shc ok':
          return card(cards, startS, {});
        case 'shc unknown':
          return `shc:/${String(randomInt(1_000_000_000)).padStart(200, '0')}`;
        case 'shc expired':
          return card(cards, startS, {}, { exp: startS - HOUR_S });
        case 'shc claims_malformed':
          return card(cards, startS, { type: [] });
        case 'shc revoked':
          return card(cards, startS, { rid: 'revoked' });
        case 'shc revocation_unknown':
          return card(silent, startS, { rid: 'any' });
        case 'shc key_unknown':
          return card(unlisted, startS, {});
        case 'shc rule_not_met':
          return card(cards, startS, {}, {}, 'not-done');
        default:
          throw new Error(`no certificate is made to come to ${wanted}`);
      }
    },
  };
}

interface Listed {
  readonly signer: CredentialSigner;
  readonly certificate: Uint8Array;
  readonly country: string;
}

function listed(
  signer: CredentialSigner,
  root: CredentialSigner,
  serial: number,
  keyUsages: readonly string[] = [],
  country: string = COUNTRY,
): Listed {
  return { signer, country, certificate: makeCertificate({ spki: signer.spki, country, keyUsages, serial }, root) };
}

function hcert(
  { signer, certificate, country }: Listed,
  content: ReadonlyMap<number, unknown>,
  startS: number,
): string {
  const keyId = createHash('sha256').update(certificate).digest().subarray(0, 8);
  const protectedHeader = new Map<number, unknown>([
    [1, signer.algorithm === 'ES256' ? -7 : -37],
    [4, keyId],
  ]);
  const claims = new Map<number, unknown>([
    [1, country],
    [4, startS + 365 * DAY_S],
    [6, startS - DAY_S],
    [-260, content],
  ]);
  return issueHcert({ claims, protectedHeader }, signer);
}

function dcc(doses: number): ReadonlyMap<number, unknown> {
  const dose = {
    tg: '840539006',
    vp: '1119349007',
    mp: 'EU/1/20/1528',
    ma: 'ORG-100030215',
    dn: doses,
    sd: 2,
    dt: '2026-01-01',
    co: COUNTRY,
    is: 'Sandbox Ministry',
    ci: `URN:UVCI:01:XA:SANDBOX${randomInt(1_000_000_000)}`,
  };
  const nam = { fn: 'Sandbox', fnt: 'SANDBOX', gn: 'Traveller', gnt: 'TRAVELLER' };
  return new Map([[1, { ver: '1.3.0', nam, dob: '1990-01-01', v: [dose] }]]);
}

function card(
  signer: CredentialSigner,
  startS: number,
  vc: object,
  changes: object = {},
  status = 'completed',
): string {
  const resources = [
    { resourceType: 'Patient', name: [{ family: 'Sandbox', given: ['Traveller'] }], birthDate: '1990-01-01' },
    {
      resourceType: 'Immunization',
      status,
      vaccineCode: { coding: [{ system: 'http://hl7.org/fhir/sid/cvx', code: '208' }] },
      patient: { reference: 'resource:0' },
      occurrenceDateTime: '2026-01-01',
      lotNumber: String(randomInt(1_000_000_000)),
    },
  ];
  const entry = resources.map((resource, index) => ({ fullUrl: `resource:${index}`, resource }));
  const claims = {
    iss: CARD_ISSUER,
    nbf: startS - DAY_S,
    vc: {
      type: ['https://smarthealth.cards#health-card', 'https://smarthealth.cards#immunization'],
      credentialSubject: { fhirVersion: '4.0.1', fhirBundle: { resourceType: 'Bundle', type: 'collection', entry } },
      ...vc,
    },
    ...changes,
  };
  return issueCard(keyIdOf(signer), claims, signer);
}

function keyIdOf(signer: CredentialSigner): string {
  const { x, y } = pointOf(signer);
  return createHash('sha256')
    .update(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }))
    .digest('base64url');
}

function jwkOf(signer: CredentialSigner, crlVersion: number) {
  return { kty: 'EC', kid: keyIdOf(signer), use: 'sig', alg: 'ES256', crv: 'P-256', ...pointOf(signer), crlVersion };
}

function pointOf({ spki }: CredentialSigner): { readonly x: string; readonly y: string } {
  const point = Buffer.from(spki).subarray(-64);
  return { x: point.subarray(0, 32).toString('base64url'), y: point.subarray(32).toString('base64url') };
}
