import { describe, expect, test } from 'vitest';
import type { CredentialRulesDocument } from '../../schemas/credential-rules.ts';
import { credentialRulesSchema } from '../../schemas/credential-rules.ts';
import certificates from '../../schemas/vectors/credentials/certificates.json' with { type: 'json' };
import { evaluateRule, rulesFor } from './rules.ts';
import { trustFromCertificates, verifyCredential } from './verify-credential.ts';

const AT_S = certificates.at_s;
const instant = (offsetS: number) => new Date((AT_S + offsetS) * 1000).toISOString();
const DAY_S = 86_400;
const MET = { '===': [{ var: 'payload.v.0.dn' }, { var: 'payload.v.0.sd' }] };
const UNMET = { '>': [{ var: 'payload.v.0.dn' }, 2] };
const NO_VALUE = { '>': [{ var: 'payload.t.0.dn' }, 2] };

interface Draft {
  readonly about?: object;
  readonly rule?: object;
}

function document(drafts: readonly Draft[], head: object = {}): CredentialRulesDocument {
  return credentialRulesSchema.parse({
    destination: '440000',
    sequence: 1,
    issued_at: instant(-DAY_S),
    next_update: instant(DAY_S),
    value_sets: {},
    rules: drafts.map(({ about = {}, rule = {} }) => ({
      family: 'hcert',
      content: 'dcc',
      ...about,
      rule: {
        Identifier: 'VR-GD-0001',
        Type: 'Acceptance',
        Version: '1.0.0',
        Engine: 'CERTLOGIC',
        CertificateType: 'Vaccination',
        ValidFrom: instant(-DAY_S),
        ValidTo: instant(DAY_S),
        Logic: MET,
        ...rule,
      },
    })),
    ...head,
  });
}

async function decided(rules: CredentialRulesDocument, name = 'dcc-vaccination') {
  const text = certificates.vectors.find((vector) => vector.name === name)?.text ?? '';
  const trust = trustFromCertificates(certificates.certificates.map((der) => Buffer.from(der, 'base64')));
  return (await verifyCredential(text, { trust, rules, atS: AT_S })).code;
}

describe('rules of a destination', () => {
  test.each<[string, readonly Draft[], string]>([
    ['that are met do not accept', [{}], 'ok'],
    ['that are not there accept', [], 'rules_missing'],
    ['about another content accept', [{ about: { content: 'icvp' } }], 'rules_missing'],
    ['about another family accept', [{ about: { family: 'shc' } }], 'rules_missing'],
    ['about another issuer accept', [{ about: { issuers: ['XB'] } }], 'rules_missing'],
    ['about this issuer are not used', [{ about: { issuers: ['XA'] } }], 'ok'],
    ['about another kind of event accept', [{ rule: { CertificateType: 'Test' } }], 'rules_missing'],
    ['that begin tomorrow count today', [{ rule: { ValidFrom: instant(10) } }], 'rules_missing'],
    ['that ended count still', [{ rule: { ValidTo: instant(0) } }], 'rules_missing'],
    ['that only rule out accept', [{ rule: { Type: 'Invalidation' } }], 'rules_missing'],
    ['that are not met accept', [{ rule: { Logic: UNMET } }], 'rule_not_met'],
    ['that cannot tell accept', [{ rule: { Logic: NO_VALUE } }], 'rule_undecided'],
    [
      'that are not met hide behind one that cannot tell',
      [{ rule: { Logic: NO_VALUE } }, { rule: { Identifier: 'VR-GD-0002', Logic: UNMET } }],
      'rule_not_met',
    ],
    ['lose to an older version', [{ rule: { Version: '1.10.0' } }, { rule: { Version: '1.9.0', Logic: UNMET } }], 'ok'],
    ['lose to a version to come', [{}, { rule: { Version: '2.0.0', Logic: UNMET, ValidFrom: instant(10) } }], 'ok'],
  ])('rules %s', async (_defect, drafts, code) => {
    await expect(decided(document(drafts))).resolves.toBe(code);
  });

  test.each<[string, object, Draft, string]>([
    ['in none of the values of its set is taken as known', { 'country-2-codes': ['AT'] }, {}, 'value_unknown'],
    ['in the values of its set is not known', { 'country-2-codes': ['AT', 'XA'] }, {}, 'ok'],
    ['of a set that the destination has not is refused', { 'some-other-set': [] }, {}, 'ok'],
    ['unknown hides a rule that is not met', { 'country-2-codes': [] }, { rule: { Logic: UNMET } }, 'rule_not_met'],
  ])('a value %s', async (_defect, value_sets, draft, code) => {
    await expect(decided(document([draft], { value_sets }))).resolves.toBe(code);
  });

  test('space around a code makes it another one', async () => {
    const rules = document([{}], { value_sets: { 'vaccines-covid-19-names': ['EU/1/20/1528'] } });
    await expect(decided(rules, 'dcc-with-space-around-a-code')).resolves.toBe('ok');
  });

  test('rules that should have been replaced accept', async () => {
    await expect(decided(document([{}], { next_update: instant(-1) }))).resolves.toBe('rules_missing');
  });
});

describe('rules that hold at a destination', () => {
  const own = document([], { sequence: 1, next_update: instant(-1) });
  const newer = document([], { sequence: 2 });
  const national = document([{}], { destination: '000000', sequence: 9 });

  test.each<[string, readonly CredentialRulesDocument[], CredentialRulesDocument | undefined]>([
    ['are those of the nation where it has its own', [national, own], own],
    ['are the older of two', [newer, own, national], newer],
    ['are none where the nation has some', [document([], { destination: '460000' }), national], national],
    ['are those of another one', [document([], { destination: '460000' })], undefined],
  ])('%s', (_defect, documents, expected) => {
    expect(rulesFor(documents, '440000')).toBe(expected);
  });
});

describe('one rule', () => {
  const nested = (depth: number): unknown => (depth === 0 ? true : { '!': [nested(depth - 1)] });
  const reduction = (inner: unknown) => ({ reduce: [{ var: 'external.list' }, inner, 0] });

  test.each<[string, unknown, boolean | null]>([
    ['without an expression decides', {}, null],
    ['that is no expression decides', { Logic: { undefined: [1] } }, null],
    ['whose value is no truth value decides', { Logic: 'yes' }, null],
    ['that reads what is not there throws', { Logic: { '<': [{ var: 'payload.missing' }, 1] } }, null],
    ['that reads what every object has finds it', { Logic: { '===': [{ var: 'payload.constructor' }, 1] } }, false],
    ['that is nested deeply runs', { Logic: nested(500) }, null],
    ['with a reduction in a reduction runs', { Logic: { '>': [reduction(reduction(1)), 0] } }, null],
    ['with a thousand parts runs', { Logic: { and: Array.from({ length: 2_000 }, () => true) } }, null],
    ['that is met is not', { Logic: { '===': [reduction({ '+': [{ var: 'accumulator' }, 1] }), 3] } }, true],
  ])('a rule %s', (_defect, rule, expected) => {
    expect(evaluateRule(rule, {}, { list: [1, 2, 3] })).toBe(expected);
  });
});
