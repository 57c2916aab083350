import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { SAMPLE, sampleReply } from '../../adapters/sample-manifest.fixture.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import { type Assignment, type StatusClaims, statusClaimsSchema } from '../../schemas/statement.ts';
import { createMetrics } from '../coverage/metrics.ts';
import { signStatement } from '../issuing/sign-statement.ts';
import { makeKey } from '../trust/federation.fixture.ts';
import { plainly } from '../trust/signer.ts';
import { assureStatement } from './assure-statement.ts';
import { subjectOf } from './subject.fixture.ts';

const PROVINCE = 'https://province.example';
const AT_S = 1_767_225_600;
const METRICS = createMetrics();
const ACT: Assignment = {
  level: 'county',
  role: 'cdc',
  action: 'assign',
  kind: 'batch',
  batch_size: 12,
  instrument: 'Form 1',
  evidence_filed: true,
  approvals: [{ level: 'county', role: 'principal', action: 'sign' }],
  origin: { province: '440000', reference: 'ref-1' },
};
const RECORD: StatusClaims = {
  status: 'red',
  status_as_of: '2026-01-01T00:00:00Z',
  ground: ['confirmed_case', 'close_contact_isolating'],
  provenance: ACT,
  handle: 'HANDLE-OF-NOBODY',
  flags: ['popup', 'limited_movement'],
};
/** Every member down to the leaves, with values that it does not have in the record. */
const OTHER: readonly (readonly [string, readonly unknown[]])[] = [
  ['status', ['green', 'yellow', 'indeterminate']],
  ['status_as_of', ['2026-01-01T00:00:01Z', '2025-12-31T23:59:59Z', '2020-02-01T00:00:00+08:00', null]],
  ['ground', [[], ['confirmed_case'], ['confirmed_case', 'suspected_case']]],
  ['flags', [[], ['popup'], ['limited_movement']]],
  ['handle', ['ANOTHER', 'handle-of-nobody', 'HANDLE-OF-NOBODY ']],
  ['provenance', [null]],
  ['provenance/level', ['city', null]],
  ['provenance/role', ['principal', null]],
  ['provenance/action', ['convert', 'release']],
  ['provenance/kind', ['individual', null]],
  ['provenance/batch_size', [13, null]],
  ['provenance/instrument', ['Form 2', null]],
  ['provenance/evidence_filed', [false]],
  ['provenance/approvals', [[], [{ level: 'city', role: 'principal', action: 'sign' }]]],
  ['provenance/origin', [null, { province: '440000', reference: null }, { province: null, reference: 'ref-1' }]],
  ['provenance/origin/province', ['310000', null]],
  ['provenance/origin/reference', ['ref-2', null]],
];

let key: Awaited<ReturnType<typeof makeKey>>;
beforeAll(async () => {
  key = await makeKey('province');
});

/** What is made of a province's signed statement beside its record: the outcome's kind, and its reasons. */
async function outcome(signed: StatusClaims, record = RECORD, manifest: Manifest = SAMPLE) {
  const statement = await signStatement(signed, { iss: PROVINCE, iat: AT_S, exp: AT_S + 300 }, plainly(key.signer));
  const assured = await assureStatement(
    {
      issuerKeys: async () => ({ entityId: PROVINCE, jwks: { keys: [key.jwk] }, expS: AT_S + 1000 }),
      nodeKeys: async () => Promise.reject(new Error('nobody is asked by node here')),
      sm2Verify: () => false,
      nowMs: () => AT_S * 1000,
      metrics: METRICS,
    },
    subjectOf(manifest),
    { kind: 'found', translation: { claims: record, localGroundOnly: false, reasons: [], unmapped: [] }, statement },
  );
  return assured;
}

const REFUSED = { kind: 'unknowable', reasons: ['issuer_unavailable', 'issuer_reply_invalid'] };

/** The record with one member, named by its path, set to something else. */
function changed(path: string, value: unknown): StatusClaims {
  const [name = '', ...below] = path.split('/');
  const set = (into: object, [first = '', ...rest]: readonly string[]): object => {
    const members = new Map<string, unknown>(Object.entries(into));
    const inner = members.get(first);
    members.set(first, rest.length > 0 && typeof inner === 'object' && inner !== null ? set(inner, rest) : value);
    return Object.fromEntries(members);
  };
  return statusClaimsSchema.parse(set(RECORD, [name, ...below]));
}

describe('a signed statement that is not what the record says', () => {
  test.each(
    OTHER.flatMap(([path, values]) => values.map((value) => ({ path, value }))),
  )('is shown though $path is $value', async ({ path, value }) => {
    expect(await outcome(changed(path, value))).toMatchObject(REFUSED);
    // The other way round: a record that says otherwise is no better than a statement that does.
    expect(await outcome(RECORD, changed(path, value))).toMatchObject(REFUSED);
  });

  test('is shown where several members differ, or the same is refused', async () => {
    const anyChange = fc
      .constantFrom(...OTHER)
      .chain(([path, values]) => fc.constantFrom(...values.map((value) => changed(path, value))));
    await fc.assert(
      fc.asyncProperty(anyChange, anyChange, async (signed, recorded) => {
        const isSame = JSON.stringify(signed) === JSON.stringify(recorded);
        expect((await outcome(signed, recorded)).kind).toBe(isSame ? 'claims' : 'unknowable');
      }),
      { numRuns: 300 },
    );
  });

  test('is shown though only one of them says who assigned it, and nobody an origin', async () => {
    const [named, silent] = [changed('provenance/origin', null), changed('provenance', null)];
    expect(await outcome(named, silent)).toMatchObject(REFUSED);
    expect(await outcome(silent, named)).toMatchObject(REFUSED);
  });
});

describe('what may lawfully differ', () => {
  test('another spelling of the same second is refused', async () => {
    for (const status_as_of of ['2026-01-01T08:00:00+08:00', '2026-01-01T00:00:00.750Z', '2026-01-01T00:00:00+00:00']) {
      expect(await outcome({ ...RECORD, status_as_of })).toMatchObject({ kind: 'claims', claims: { status_as_of } });
    }
  });

  test.each([
    ['ground', []],
    ['flags', []],
    ['status_as_of', null],
    ['provenance', null],
    ['provenance/approvals', []],
    ['provenance/origin', null],
  ])('nothing in both for %s is refused', async (path, nothing) => {
    const silent = changed(path, nothing);
    expect(await outcome(silent, structuredClone(silent))).toMatchObject({ kind: 'claims', claims: silent });
  });

  test('another order of grounds or flags is refused', async () => {
    const turned = { ground: RECORD.ground.toReversed(), flags: RECORD.flags.toReversed() };
    expect(await outcome({ ...RECORD, ...turned })).toMatchObject({ kind: 'claims', claims: turned });
  });

  test('what the manifest has no place for is refused, or the record is believed in its stead', async () => {
    const silent = { ...RECORD, ground: [], provenance: null, flags: [], status_as_of: '2026-01-01T00:01:40Z' };
    const manifest = sampleReply({
      ground: undefined,
      flags: [],
      assignment: undefined,
      origin: undefined,
      as_of: { from: 'reply' },
    });
    expect(await outcome(RECORD, silent, manifest)).toMatchObject({ kind: 'claims', claims: RECORD });
    expect(await outcome({ ...RECORD, handle: 'ANOTHER' }, silent, manifest)).toMatchObject(REFUSED);
    expect(await outcome({ ...RECORD, status: 'green' }, silent, manifest)).toMatchObject(REFUSED);
  });

  test('an origin alone is not looked at where the manifest has a place for it', async () => {
    const manifest = sampleReply({ assignment: undefined });
    const originOnly = { ...RECORD, provenance: { ...ACT, level: null, approvals: [] } };
    expect(await outcome(RECORD, originOnly, manifest)).toMatchObject({ kind: 'claims' });
    expect(await outcome(changed('provenance/origin/province', '310000'), originOnly, manifest)).toMatchObject(REFUSED);
    expect(await outcome(changed('provenance', null), originOnly, manifest)).toMatchObject(REFUSED);
  });
});
