import { describe, expect, test } from 'vitest';
import {
  COVERAGE_REPORT_TYP,
  type CoverageGroup,
  type CoverageReport,
  REPORTS_KEPT_S,
} from '../../schemas/coverage-report.ts';
import { type Reporter, signCoverageReport, verifyCoverageReport } from './coverage-report.ts';
import { codeOf, makeParty, NOW_S } from './federation.fixture.ts';
import { signCompact } from './signer.ts';

const node = await makeParty('https://gateway.example');
const stranger = await makeParty('https://stranger.example');
const NAME = { issuer: '410000', destination: '440000', venue_kind: 'hospital' } as const;
const GROUP = { ...NAME, counts: { 'reason:ok': 1 } };

function reportOf(more: Partial<CoverageReport> = {}): CoverageReport {
  const minutes = [{ minute: Math.floor(NOW_S / 60), groups: [GROUP] }];
  const chain = { epoch: 'e'.repeat(22), number: 1, previous: null };
  return { iss: node.entityId, iat: NOW_S, from: NOW_S - 5, ...chain, minutes, breakers: [], ...more };
}

const GATEWAY = { node: node.entityId, role: 'gateway', province: '440000' } as const;
const open = (token: string, reporter: Reporter = GATEWAY) =>
  verifyCoverageReport(token, reporter, { keys: [node.jwk] }, NOW_S);
const sign = (report: object, signer = node.signer) => signCoverageReport(JSON.stringify(report), signer);

test('a report that its node signed is refused, or is another one after it was signed again', async () => {
  const [first, again] = [await open(await sign(reportOf())), await open(await sign(reportOf()))];
  expect(first.report).toEqual(reportOf());
  expect(first.digest).toBe(again.digest);
});

test('a report that 0.1.0 made and that waited for its monitor is refused, or adds up to something else', async () => {
  const row = { ...NAME, counter: 'reason:ok', n: 3 };
  const made = { ...reportOf(), minutes: [{ minute: 7, rows: [row, { ...row, counter: 'ms:48', n: 1 }] }] };
  const { report } = await open(await sign(made));
  expect(report.minutes).toEqual([
    {
      minute: 7,
      groups: [
        { ...NAME, counts: { 'reason:ok': 3 } },
        { ...NAME, counts: { 'ms:48': 1 } },
      ],
    },
  ]);
});

describe('a report is believed', () => {
  const later = { minutes: [{ minute: Math.floor(NOW_S / 60) + 60, groups: [GROUP] }] };
  test.each([
    ['of a stranger', () => sign(reportOf(), stranger.signer), 'key_unknown'],
    ['by another node', () => sign(reportOf({ iss: stranger.entityId })), 'issuer_mismatch'],
    ['from the future', () => sign(reportOf({ iat: NOW_S + 3_600 })), 'not_yet_valid'],
    ['of minutes that have not come', () => sign(reportOf(later)), 'not_yet_valid'],
    ['that is older than any that is kept', () => sign(reportOf({ iat: NOW_S - REPORTS_KEPT_S - 1 })), 'expired'],
    ['with a venue in it', () => sign({ ...reportOf(), venue: 'v' }), 'claims_invalid'],
    [
      'that takes counts away',
      () => sign({ ...reportOf(), minutes: [{ minute: 1, groups: [{ ...GROUP, counts: { 'reason:ok': -1 } }] }] }),
      'claims_invalid',
    ],
    [
      'of 0.1.0 that takes counts away',
      () => sign({ ...reportOf(), minutes: [{ minute: 1, rows: [{ ...NAME, counter: 'reason:ok', n: -1 }] }] }),
      'claims_invalid',
    ],
    ['of another type', () => signCompact({ typ: 'other+jwt' }, { ...reportOf() }, node.signer), 'typ_wrong'],
  ] as const)('%s', async (_which, made, code) => {
    expect(await codeOf(async () => await open(await made()))).toBe(code);
  });

  test('after anything in it was changed', async () => {
    const [header, , signature] = (await sign(reportOf())).split('.');
    const [, changed] = (await sign(reportOf({ number: 2 }))).split('.');
    expect(await codeOf(() => open(`${header}.${changed}.${signature}`))).toBe('signature_invalid');
    expect(JSON.parse(Buffer.from(header ?? '', 'base64url').toString())).toMatchObject({ typ: COVERAGE_REPORT_TYP });
  });
});

describe('what a node reports', () => {
  const issuer = { ...GATEWAY, role: 'issuer', province: '410000' } as const;
  const told = { ...GROUP, venue_kind: 'untold', counts: { 'stated:absent': 1 } } as const;
  const of = (groups: CoverageReport['minutes'][number]['groups']) =>
    sign(reportOf({ minutes: [{ minute: Math.floor(NOW_S / 60), groups }] }));

  test.each<[string, CoverageGroup, Reporter]>([
    ['a gateway of another destination', { ...GROUP, destination: '110000' }, GATEWAY],
    ['a gateway of what its own province’s issuer told', { ...told, issuer: '440000' }, GATEWAY],
    ['a gateway of nobody’s province', GROUP, { ...GATEWAY, province: null }],
    ['an issuer of another province', { ...told, issuer: '420000' }, issuer],
    ['an issuer of what venues asked', GROUP, issuer],
  ])('counts by %s', async (_which, group, reporter) => {
    const own = reporter.role === 'issuer' ? told : GROUP;
    expect(await codeOf(async () => await open(await of([own, group]), reporter))).toBe('destination_mismatch');
  });

  test('is refused where it is its own', async () => {
    expect((await open(await of([GROUP, { ...GROUP, issuer: 'unrecognised' }]))).report.number).toBe(1);
    expect((await open(await of([told]), issuer)).report.number).toBe(1);
  });
});
