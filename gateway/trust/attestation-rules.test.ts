import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ATTESTATION_LIFETIME_S, type AttestationClaims, attestationClaimsSchema } from '../../schemas/attestation.ts';
import { ATTESTATION_RULES, type AttestationRule } from '../../schemas/code-lists/attestation-rules.ts';
import { keysOf, REASONS } from '../../schemas/code-lists/index.ts';
import { BROKEN, type Case, HONEST } from './attestation-rules.fixture.ts';
import { brokenRules, type StatementInHand } from './attestation-rules.ts';
import { NOW_S } from './federation.fixture.ts';

const AS_OF = new Date((NOW_S - 60) * 1000).toISOString();
const DIGEST = 'D'.repeat(43);
const GREEN: AttestationClaims = {
  iss: 'https://gateway.example',
  aud: 'a-venue',
  iat: NOW_S - 5,
  exp: NOW_S - 5 + ATTESTATION_LIFETIME_S,
  jti: '0123456789abcdef',
  issuer_province: '410000',
  destination: '440000',
  status: 'green',
  decision: 'pass',
  reasons: ['ok'],
  status_as_of: AS_OF,
  stale: false,
  provenance: null,
  assurance: 'province-signed',
  mandate: 'a-mandate',
  policy: 'a-policy@1',
  adapter: '410000@1.0.0#0',
  evidence: DIGEST,
};
const { evidence: _bound, ...UNBOUND } = GREEN;
const UNSIGNED: AttestationClaims = { ...UNBOUND, assurance: 'transport' };
const STATED: StatementInHand = {
  province: '410000',
  signedBy: 'province-signed',
  status: 'green',
  status_as_of: AS_OF,
  iat: NOW_S - 10,
  exp: NOW_S + 290,
};

function saidIn({ said }: Case): AttestationClaims {
  const whole = Object.entries({ ...GREEN, ...said }).filter(([, value]) => value !== undefined);
  return attestationClaimsSchema.parse(Object.fromEntries(whole));
}

function evidenceIn({ said, stated, shown }: Case): readonly StatementInHand[] | null {
  if (!shown) return null;
  return said.assurance === 'transport' ? [] : [{ ...STATED, ...stated }];
}

describe('what an honest gateway says', () => {
  test.each(HONEST)('$name breaks a rule', (one) => {
    expect(brokenRules(saidIn(one), evidenceIn(one))).toEqual([]);
    expect(brokenRules(saidIn(one), null)).toEqual([]);
  });
});

const USED_AGAIN: Partial<AttestationClaims> = {
  status_as_of: new Date(GREEN.iat * 1000).toISOString(),
  stale: true,
  reasons: ['stale_used'],
};
const DOUBTED: AttestationClaims = {
  ...GREEN,
  status: 'indeterminate',
  decision: 'refer',
  reasons: ['unsubstantiated', 'stale_used'],
  stale: true,
  provenance: 'violated',
  withheld: true,
};
const UNREAD: AttestationClaims = {
  ...GREEN,
  status: 'indeterminate',
  decision: 'refer',
  reasons: ['unmapped_value'],
  status_as_of: null,
};

const { evidence: _unread, ...UNREAD_UNBOUND } = UNREAD;
const FAILED: AttestationClaims = { ...UNREAD_UNBOUND, assurance: 'transport', reasons: ['issuer_unavailable'] };

describe('at its edges, what an honest gateway says', () => {
  test.each<[string, AttestationClaims, StatementInHand[] | null]>([
    ['a green that is used again in the second that it is of', { ...GREEN, ...USED_AGAIN }, null],
    ['a withheld colour with a second reason', DOUBTED, null],
    ['a withheld colour before a venue', DOUBTED, []],
    ['a withheld colour before an auditor', DOUBTED, [{ ...STATED, status: 'red' }]],
    ['what nobody could read, of a statement that has a time', UNREAD, [{ ...STATED, status: 'indeterminate' }]],
    ['a statement by a clock that is a minute ahead', GREEN, [{ ...STATED, iat: GREEN.iat + 60 }]],
    ['a statement that has been over for less than a minute', GREEN, [{ ...STATED, exp: GREEN.iat - 59 }]],
  ])('%s breaks a rule', (_what, said, evidence) => {
    expect(brokenRules(said, evidence)).toEqual([]);
  });
});

describe('what no gateway may say', () => {
  test.each(BROKEN)('$name is accepted, or another rule is named', (one) => {
    expect(brokenRules(saidIn(one), evidenceIn(one))[0]).toBe(one.rule);
  });

  test.each<[AttestationRule, AttestationClaims, StatementInHand[] | null]>([
    ['statement_count', GREEN, []],
    ['statement_count', GREEN, [STATED, STATED]],
    ['statement_count', UNSIGNED, [{ ...STATED, signedBy: 'province-signed' }]],
    [
      'statement_count',
      DOUBTED,
      [
        { ...STATED, status: 'red' },
        { ...STATED, status: 'red' },
      ],
    ],
    ['failure_beside_knowledge', { ...UNREAD, reasons: ['issuer_unavailable', 'popup'] }, null],
    ['failure_beside_knowledge', { ...FAILED, provenance: 'stated' }, null],
    ['unreadable_beside_colour', { ...GREEN, decision: 'refer', reasons: ['unmapped_value', 'popup'] }, null],
    ['statement_of_another_province', GREEN, [{ ...STATED, province: '310000' }]],
    ['statement_by_another_signer', GREEN, [{ ...STATED, signedBy: 'node-signed' }]],
    ['statement_out_of_date', GREEN, [{ ...STATED, iat: GREEN.iat + 61 }]],
    ['statement_out_of_date', GREEN, [{ ...STATED, exp: GREEN.iat - 60 }]],
  ])('%s: the evidence breaks it, and nobody notices', (rule, said, evidence) => {
    expect(brokenRules(said, evidence)[0]).toBe(rule);
  });

  test('a rule is broken by none of the cases', () => {
    const beside = [
      'statement_count',
      'statement_of_another_province',
      'statement_by_another_signer',
      'statement_out_of_date',
    ];
    const named = new Set([...BROKEN.map(({ rule }) => rule), ...beside]);
    expect([...named].sort()).toEqual(keysOf(ATTESTATION_RULES).sort());
  });
});

/** Every claim that a rule looks at, freely combined. */
const anySaid: fc.Arbitrary<AttestationClaims> = fc
  .record({
    status: fc.constantFrom('green', 'yellow', 'red', 'indeterminate'),
    decision: fc.constantFrom('pass', 'restrict', 'refer'),
    reasons: fc.uniqueArray(fc.constantFrom(...keysOf(REASONS)), { minLength: 1, maxLength: 2 }),
    status_as_of: fc.constantFrom(AS_OF, null, '1970-01-01T00:00:00Z', '2099-01-01T00:00:00Z'),
    stale: fc.boolean(),
    provenance: fc.constantFrom(null, 'signed', 'stated', 'absent', 'violated'),
    assurance: fc.constantFrom('province-signed', 'node-signed', 'transport'),
    adapter: fc.constantFrom(
      '410000@1.0.0#0',
      '410000@1.0.0#0 by node',
      '410000@1.0.0#0 by national',
      '310000@1.0.0#0',
    ),
    bound: fc.boolean(),
    withheld: fc.boolean(),
  })
  .map(({ bound, withheld, ...said }) => {
    const { evidence, ...rest } = { ...GREEN, ...said };
    return { ...rest, ...(bound ? { evidence } : {}), ...(withheld ? { withheld: true as const } : {}) };
  });

test('what keeps every rule passes, restricts or shows a colour on something that is not good', () => {
  const kept = { pass: 0, restrict: 0, refer: 0 };
  fc.assert(
    fc.property(anySaid, (said) => {
      if (brokenRules(said, null).length > 0) return;
      kept[said.decision] += 1;
      const { status, provenance, reasons, stale, evidence, assurance, withheld } = said;
      if (said.decision !== 'refer') expect([said.status_as_of, withheld]).toEqual([AS_OF, undefined]);
      if (said.decision === 'pass') expect([status, provenance]).toEqual(['green', null]);
      if (said.decision === 'restrict') {
        expect([provenance, stale, reasons]).toEqual([
          expect.stringMatching(/^(signed|stated)$/),
          false,
          expect.arrayContaining([`${status}_ground`]),
        ]);
      }
      if (status === 'yellow' || status === 'red') expect(said.decision).toBe('restrict');
      expect(evidence === undefined).toBe(assurance === 'transport');
    }),
    { numRuns: 200_000, seed: 20_221_204 },
  );
  // A run in which everything is refused would prove nothing.
  for (const times of Object.values(kept)) expect(times).toBeGreaterThan(2);
});
