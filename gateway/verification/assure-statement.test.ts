import { beforeAll, describe, expect, test } from 'vitest';
import { SAMPLE } from '../../adapters/sample-manifest.fixture.ts';
import type { StatusClaims } from '../../schemas/statement.ts';
import { createMetrics } from '../coverage/metrics.ts';
import { signStatement } from '../issuing/sign-statement.ts';
import { makeKey } from '../trust/federation.fixture.ts';
import { plainly } from '../trust/signer.ts';
import { type AssureContext, assureStatement } from './assure-statement.ts';
import { subjectOf } from './subject.fixture.ts';

const NODE = 'https://issuer.example';
const PROVINCE = 'https://province.example';
const AT_S = 1_767_225_600;
const METRICS = createMetrics();
const SUBJECT = subjectOf({ ...SAMPLE, node: NODE, route: ['node'] });

type Key = Awaited<ReturnType<typeof makeKey>>;
let node: Key;
let province: Key;
let context: AssureContext;

beforeAll(async () => {
  [node, province] = await Promise.all([makeKey('node'), makeKey('province')]);
  context = {
    issuerKeys: async () => ({ entityId: PROVINCE, jwks: { keys: [province.jwk] }, expS: AT_S + 1_000 }),
    nodeKeys: async (entityId) => ({ entityId, jwks: { keys: [node.jwk] }, expS: AT_S + 100 }),
    sm2Verify: () => false,
    nowMs: () => AT_S * 1000,
    metrics: METRICS,
  };
});

const WHOLE: StatusClaims = {
  status: 'green',
  status_as_of: new Date(AT_S * 1000).toISOString(),
  ground: [],
  provenance: null,
  handle: 'HANDLE-OF-NOBODY',
  flags: [],
};
const UNTIMELY = {
  kind: 'claims',
  claims: { ...WHOLE, status: 'indeterminate', status_as_of: null },
  localGroundOnly: false,
  reasons: ['as_of_impossible'],
  assurance: 'transport',
  statement: null,
  way: null,
  validUntilMs: Number.POSITIVE_INFINITY,
};

/** What a node handed over, signed by whomever. */
async function assured(iss: string, key: Key, claims: Partial<StatusClaims> = {}) {
  const whole = { ...WHOLE, ...claims };
  const statement = await signStatement(whole, { iss, iat: AT_S, exp: AT_S + 300 }, plainly(key.signer));
  const stated = { kind: 'stated' as const, statement, reasons: [], localGroundOnly: false, way: 'node' as const };
  return await assureStatement(context, SUBJECT, stated);
}

describe('a statement that a node handed over', () => {
  test('by the node itself is refused, or outlives its chain', async () => {
    const outcome = await assured(NODE, node);
    expect(outcome).toMatchObject({ kind: 'claims', assurance: 'node-signed', way: 'node' });
    expect(outcome.validUntilMs).toBe((AT_S + 100) * 1000);
    const { status, status_as_of } = WHOLE;
    expect(outcome).toMatchObject({ spoken: { status, status_as_of, iat: AT_S, exp: AT_S + 300 } });
  });

  test("by the province's own system counts as the node's", async () => {
    const outcome = await assured(PROVINCE, province);
    expect(outcome).toMatchObject({ kind: 'claims', assurance: 'province-signed', way: 'node' });
    expect(outcome.validUntilMs).toBe((AT_S + 300) * 1000);
  });

  test.each([
    ['of somebody else', 'https://elsewhere.example', () => node],
    ['of the province with the key of the node', PROVINCE, () => node],
    ['of the node with the key of the province', NODE, () => province],
  ])('%s is believed', async (_what, iss, key) => {
    const outcome = await assured(iss, key());
    expect(outcome).toMatchObject({ kind: 'unknowable', reasons: ['issuer_unavailable', 'issuer_signature_invalid'] });
  });

  test.each([
    ['that has not come', new Date((AT_S + 200) * 1000).toISOString()],
    ['before the first health code', '2020-01-31T15:59:59Z'],
    ['in 1970', '1970-01-20T02:27:05Z'],
  ])('about a time %s is believed, or shown as evidence', async (_when, status_as_of) => {
    const outcome = await assured(NODE, node, { status_as_of });
    expect(outcome).toEqual(UNTIMELY);
  });
});

describe("a province's own signed statement", () => {
  test('about a time that nobody can mean is believed, whatever the record beside it says', async () => {
    const claims = { ...WHOLE, status_as_of: '1970-01-20T02:27:05Z' };
    const statement = await signStatement(
      claims,
      { iss: PROVINCE, iat: AT_S, exp: AT_S + 300 },
      plainly(province.signer),
    );
    const translation = { claims: WHOLE, localGroundOnly: false, reasons: [], unmapped: [] };
    const outcome = await assureStatement(context, SUBJECT, { kind: 'found', translation, statement });
    expect(outcome).toEqual(UNTIMELY);
  });
});
