import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { SAMPLE } from '../../adapters/sample-manifest.fixture.ts';
import type { AttestationRule } from '../../schemas/code-lists/attestation-rules.ts';
import { createMetrics } from '../coverage/metrics.ts';
import { signStatement } from '../issuing/sign-statement.ts';
import { makeKey, NOW_S } from '../trust/federation.fixture.ts';
import { withholdDisclosures } from '../trust/sd-jwt.ts';
import { plainly } from '../trust/signer.ts';
import { attest } from './attest.ts';
import type { Answer } from './decide-answer.ts';

const METRICS = createMetrics();
const AS_OF = '2027-01-15T07:59:00Z';
const GREEN: Answer = {
  status: 'green',
  decision: 'pass',
  reasons: ['ok'],
  statusAsOf: AS_OF,
  stale: false,
  provenance: null,
  assurance: 'province-signed',
  remedy: null,
  evidence: null,
  withheld: false,
  policy: 'a-policy@1.0.0',
  cell: null,
  way: null,
};

let key: Awaited<ReturnType<typeof makeKey>>;
let evidence: string;
beforeAll(async () => {
  key = await makeKey('answers');
  const claims = { status_as_of: AS_OF, ground: [], provenance: null, handle: 'h', flags: [] };
  const terms = { iss: 'https://province.example', iat: NOW_S - 10, exp: NOW_S + 290 };
  evidence = withholdDisclosures(await signStatement({ ...claims, status: 'green' }, terms, plainly(key.signer)));
});

async function attested(answer: Partial<Answer>) {
  return await attest(
    { nowMs: () => NOW_S * 1000, newId: () => '0123456789abcdef', metrics: METRICS },
    {
      gateway: { entityId: 'https://gateway.example' },
      venue: {
        issuer: 'https://authorization.example',
        clientId: 'door',
        kind: 'hospital',
        region: '440100',
        destination: '440000',
      },
      request: { code: 'CODE-OF-NOBODY', purpose: 'venue_entry' },
      mandate: { id: 'a-mandate' },
      subject: { adapter: { manifest: SAMPLE, digest: 'd'.repeat(43), stage: 'active', conformance: null } },
      known: { kind: 'unknowable', reasons: [], assurance: 'transport', busy: null },
      answer: { ...GREEN, evidence, ...answer },
    },
    plainly(key.signer),
  );
}

async function refused(rule: AttestationRule): Promise<number> {
  const { values } = await METRICS.attestationsRefused.get();
  return values.find(({ labels }) => labels.rule === rule)?.value ?? 0;
}

describe('a gateway', () => {
  test('does not sign what is in order', async () => {
    const reply = await attested({});
    expect(decodeJwt(reply.attestation)).toMatchObject({ status: 'green', decision: 'pass', iat: NOW_S });
    expect(reply.evidence).toEqual([evidence]);
  });

  const lies: readonly (readonly [AttestationRule, Partial<Answer>])[] = [
    ['restriction_unsubstantiated', { status: 'red', decision: 'restrict', reasons: ['red_ground'], provenance: null }],
    ['reason_out_of_place', { reasons: ['too_old'] }],
    ['evidence_unbound', { evidence: null }],
    ['withheld_beside_colour', { withheld: true }],
    ['time_impossible', { statusAsOf: '1970-01-20T10:53:45Z' }],
    ['statement_says_another_status', { status: 'indeterminate', decision: 'refer', reasons: ['too_old'] }],
    ['statement_of_another_time', { statusAsOf: '2027-01-15T07:59:30Z' }],
  ];
  test.each(lies)('signs what no verifier accepts: %s', async (rule, answer) => {
    const before = await refused(rule);
    await expect(attested(answer)).rejects.toMatchObject({ name: 'ProblemError', code: 'internal' });
    expect(await refused(rule)).toBe(before + 1);
  });
});
