import { describe, expect, test } from 'vitest';
import { type AuthorityModel, authorityModelSchema } from '../../schemas/authority-model.ts';
import type { Role } from '../../schemas/code-lists/index.ts';
import type { Assignment } from '../../schemas/statement.ts';
import { HENAN_SUITE, NINGXIA_SUITE, PROVINCE_ONLY_SUITE } from './bodies.fixture.ts';
import { HENAN, type MODELS } from './models.fixture.ts';
import { GUANGXI_SUITE, HAINAN_SUITE, HENAN_GREEN, PUSHED } from './origins.fixture.ts';
import { SHANXI_SUITE } from './procedures.fixture.ts';
import { substantiate, unsubstantiatedReason } from './substantiate.ts';
import { ASSIGN, by, type Change, from, inputFor, SIGN, type Suite } from './suite.fixture.ts';

const SUITES: Record<keyof typeof MODELS, Suite> = {
  HENAN: HENAN_SUITE,
  SHANXI: SHANXI_SUITE,
  GUANGXI: GUANGXI_SUITE,
  HAINAN: HAINAN_SUITE,
  NINGXIA: NINGXIA_SUITE,
  PROVINCE_ONLY: PROVINCE_ONLY_SUITE,
};

describe.each(Object.entries(SUITES))('the %s model', (_name, suite) => {
  test('is a model that a manifest could carry, with at least 12 cases', () => {
    expect(authorityModelSchema.safeParse(suite.model).success).toBe(true);
    expect(suite.cases.length).toBeGreaterThanOrEqual(12);
  });

  test.each(suite.cases)('%s', (_defect, change, provenance, codes) => {
    const verdict = substantiate(inputFor(suite, change));
    expect(verdict.provenance).toBe(provenance);
    expect(verdict.findings.map((finding) => finding.code)).toEqual(codes);
  });
});

describe('whose remedy and whose rule', () => {
  const guangxi = GUANGXI_SUITE;

  test('a push is answered for by its origin, not by the province that only shows it', () => {
    expect(substantiate(inputFor(guangxi, { ...PUSHED, origin: HENAN_GREEN })).answerable).toBe('410000');
    expect(substantiate(inputFor(guangxi, { assignment: from('410000', null) })).answerable).toBe('410000');
    expect(substantiate(inputFor(guangxi, { assignment: from(null, null) })).answerable).toBe('450000');
  });

  test('a contradiction by the origin is given to the venue as something else, or anything else as one', () => {
    const reasonOf = (change: Change) => unsubstantiatedReason(substantiate(inputFor(guangxi, change)).findings);
    expect(reasonOf({ ...PUSHED, origin: HENAN_GREEN })).toBe('origin_contradicts');
    expect(reasonOf({ ...PUSHED, origin: 'unknown' })).toBe('unsubstantiated');
    const converted = { assignment: { action: 'convert' as const, ...from('410000', 'ref-1') } };
    expect(reasonOf({ ...converted, origin: HENAN_GREEN })).toBe('origin_contradicts');
    expect(reasonOf({ ground: [] })).toBe('unsubstantiated');
  });

  test('a finding names the province whose rule was broken', () => {
    const origin = inputFor(HENAN_SUITE, by('township', 'public_security'));
    const { findings } = substantiate(inputFor(guangxi, { ...PUSHED, origin }));
    expect(findings).toEqual([{ code: 'level_not_entitled', province: '410000', step: null }]);
  });

  test('a missing approval is named by its step', () => {
    const { findings } = substantiate(inputFor(SHANXI_SUITE, { approvals: [SIGN, ASSIGN] }));
    expect(findings).toEqual([{ code: 'approval_missing', province: '140000', step: 1 }]);
  });

  test('a body is judged by what another one at its level may, or by what it may do otherwise', () => {
    const city = (...roles: Role[]) => ({ level: 'city' as const, roles });
    const may = (model: Partial<AuthorityModel>, assignment: Partial<Assignment>) =>
      substantiate(inputFor({ ...HENAN_SUITE, model: { ...HENAN, ...model } }, { assignment })).provenance;
    const two = { may_assign: [city('headquarters'), city('cdc')] };
    expect([may(two, { role: 'headquarters' }), may(two, { role: 'cdc' })]).toEqual(['stated', 'stated']);
    expect(may({ may_assign: [city('headquarters'), city()] }, { role: 'cdc' })).toBe('stated');
    expect(may({ may_convert: [city('cdc')] }, { role: 'cdc', action: 'convert' })).toBe('stated');
    expect(may({ may_release: [city('cdc')] }, { role: 'cdc', action: 'convert' })).toBe('violated');
  });
});
