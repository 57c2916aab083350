import { describe, expect, test } from 'vitest';
import { type AuthorityModel, authorityModelSchema } from '../../schemas/authority-model.ts';
import type { Level, ProvinceCode, Role } from '../../schemas/code-lists/index.ts';
import type { FindingCode } from '../../schemas/finding.ts';
import type { Assignment, StatusClaims } from '../../schemas/statement.ts';
import type { Provenance } from '../../schemas/status.ts';
import { GUANGXI, HAINAN, HENAN, type MODELS, NINGXIA, PROVINCE_ONLY, SHANXI } from './models.fixture.ts';
import {
  type OriginAnswer,
  type SubstantiationInput,
  substantiate,
  unsubstantiatedReason,
  type VerifiedApproval,
} from './substantiate.ts';

type Change = {
  status?: StatusClaims['status'];
  ground?: StatusClaims['ground'];
  assignment?: Partial<Assignment> | null;
  approvals?: VerifiedApproval[];
  signed?: boolean;
  localGroundOnly?: boolean;
  origin?: OriginAnswer;
};
type Case = [defect: string, change: Change, provenance: Provenance | null, codes: FindingCode[]];
type Suite = {
  model: AuthorityModel;
  province: ProvinceCode;
  right: Partial<Assignment>;
  approvals?: VerifiedApproval[];
  cases: Case[];
};

const ASSIGNMENT: Assignment = {
  level: 'county',
  role: null,
  action: 'assign',
  kind: 'individual',
  batch_size: 1,
  instrument: 'Form 1',
  evidence_filed: true,
  approvals: [],
  origin: null,
};
const by = (level: Level | null, role: Role | null, rest: Partial<Assignment> = {}) => ({
  assignment: { level, role, ...rest },
});
const from = (province: ProvinceCode | null, reference: string | null) => ({ origin: { province, reference } });

function step(
  level: Level,
  role: Role,
  action: 'sign' | 'review' | 'assign',
  verified: VerifiedApproval['verified'] = 'valid',
) {
  return { level, role, action, verified };
}
const SIGN = step('county', 'principal', 'sign');
const REVIEW = step('city', 'health_commission', 'review');
const ASSIGN = step('province', 'health_commission', 'assign');
const CDC = step('county', 'cdc', 'review', 'unsigned');

function inputFor(suite: Suite, change: Change): SubstantiationInput {
  const { origin, localGroundOnly, assignment } = change;
  return {
    model: suite.model,
    province: suite.province,
    approvals: change.approvals ?? suite.approvals ?? [],
    statementSigned: change.signed ?? false,
    claims: {
      status: change.status ?? 'red',
      status_as_of: '2022-06-14T08:00:00+08:00',
      ground: change.ground ?? ['close_contact_isolating'],
      provenance: assignment === null ? null : { ...ASSIGNMENT, ...suite.right, ...assignment },
      handle: 'h',
      flags: [],
    },
    ...(localGroundOnly === undefined ? {} : { localGroundOnly }),
    ...(origin === undefined ? {} : { origin }),
  };
}

const HENAN_SUITE: Suite = {
  model: HENAN,
  province: '410000',
  right: { level: 'city', role: 'headquarters' },
  cases: [
    ['headquarters of the city assigns', {}, 'stated', []],
    ['headquarters of the city assigns in a signed statement', { signed: true }, 'signed', []],
    ['headquarters of the province converts', by('province', 'headquarters', { action: 'convert' }), 'stated', []],
    ['headquarters of the county assigns', by('county', 'headquarters'), 'stated', []],
    ['no evidence where none is asked', { assignment: { evidence_filed: false } }, 'stated', []],
    ['a batch whose size nobody asks for', { assignment: { kind: 'batch', batch_size: null } }, 'stated', []],
    [
      'June 2022: no ground, a department at the wrong level',
      { ...by('township', 'public_security'), ground: [] },
      'violated',
      ['level_not_entitled', 'ground_missing'],
    ],
    [
      'June 2022: a reason that is no national ground',
      { ground: [], localGroundOnly: true },
      'violated',
      ['ground_not_national'],
    ],
    ['a department presses the button itself', by('city', 'data_bureau'), 'violated', ['role_not_entitled']],
    [
      'the police push a list without the headquarters',
      by('city', 'public_security', { kind: 'batch', batch_size: 500 }),
      'violated',
      ['role_not_entitled'],
    ],
    [
      'the county converts what only the city may',
      by('county', 'headquarters', { action: 'convert' }),
      'violated',
      ['level_not_entitled'],
    ],
    [
      'the county releases what only the city may',
      { ...by('county', 'headquarters', { action: 'release' }), status: 'yellow' },
      'violated',
      ['release_not_entitled'],
    ],
    ['a village assigns', by('village', 'community'), 'violated', ['level_not_entitled']],
    ['no instrument', { assignment: { instrument: null } }, 'violated', ['instrument_missing']],
    [
      'a ground the province never listed',
      { status: 'yellow', ground: ['secondary_contact'] },
      'violated',
      ['ground_not_allowed'],
    ],
    ['nothing said about who', { assignment: null }, 'absent', ['assignment_missing']],
    [
      'nothing said about who or why',
      { assignment: null, ground: [] },
      'absent',
      ['assignment_missing', 'ground_missing'],
    ],
    ['nothing said about why', { ground: [] }, 'absent', ['ground_missing']],
    ['the body at the level is not named', by('city', null), 'absent', ['assigner_missing']],
    [
      'an assignment of which nothing is filled in',
      { ...by(null, null, { instrument: null, evidence_filed: false, kind: null, batch_size: null }) },
      'absent',
      ['assigner_missing'],
    ],
    ['a yellow ground on a red', { ground: ['health_monitoring'] }, 'violated', ['ground_colour_mismatch']],
    ['a red ground under a yellow', { status: 'yellow' }, 'stated', []],
    ['a release that leaves a red', { assignment: { action: 'release' } }, 'violated', ['release_contradicts']],
    [
      'a release that leaves a yellow under observation',
      { status: 'yellow', ground: ['health_monitoring'], assignment: { action: 'release' } },
      'stated',
      [],
    ],
    ['a green asked for its provenance', { status: 'green', assignment: null, ground: [] }, null, []],
    ['an indeterminate asked for its provenance', { status: 'indeterminate', assignment: null, ground: [] }, null, []],
  ],
};
const HENAN_RED = inputFor(HENAN_SUITE, { signed: true });
const HENAN_GREEN = inputFor(HENAN_SUITE, { status: 'green', ground: [], assignment: null });
const PUSHED = { assignment: from('410000', 'ref-1') };

const SUITES: Record<keyof typeof MODELS, Suite> = {
  HENAN: HENAN_SUITE,
  SHANXI: {
    model: SHANXI,
    province: '140000',
    right: { level: 'province', role: 'health_commission' },
    approvals: [SIGN, REVIEW, ASSIGN],
    cases: [
      ['all three in order and signed', {}, 'signed', []],
      ['more approvals than the rule asks', { approvals: [SIGN, CDC, REVIEW, ASSIGN] }, 'signed', []],
      ['an early review that was repeated in its place', { approvals: [REVIEW, SIGN, REVIEW, ASSIGN] }, 'signed', []],
      [
        'a signed step that is claimed once more without a signature',
        { approvals: [SIGN, { ...SIGN, verified: 'unsigned' }, REVIEW, ASSIGN] },
        'signed',
        [],
      ],
      [
        'a step that is claimed in time and signed after the next one',
        { approvals: [{ ...SIGN, verified: 'unsigned' }, REVIEW, SIGN, ASSIGN] },
        'violated',
        ['approval_order'],
      ],
      ['the county signature missing', { approvals: [REVIEW, ASSIGN] }, 'violated', ['approval_missing']],
      ['the city review missing', { approvals: [SIGN, ASSIGN] }, 'violated', ['approval_missing']],
      [
        'no approval at all',
        { approvals: [] },
        'violated',
        ['approval_missing', 'approval_missing', 'approval_missing'],
      ],
      ['reviewed before anybody signed', { approvals: [REVIEW, SIGN, ASSIGN] }, 'violated', ['approval_order']],
      ['assigned first, papers afterwards', { approvals: [ASSIGN, SIGN, REVIEW] }, 'violated', ['approval_order']],
      [
        'the county step is only claimed, not signed',
        { approvals: [{ ...SIGN, verified: 'unsigned' }, REVIEW, ASSIGN] },
        'violated',
        ['approval_unsigned'],
      ],
      [
        'unsigned approvals under a signed statement',
        { signed: true, approvals: [SIGN, REVIEW, ASSIGN].map((a) => ({ ...a, verified: 'unsigned' as const })) },
        'violated',
        ['approval_unsigned', 'approval_unsigned', 'approval_unsigned'],
      ],
      [
        'a forged city review',
        { approvals: [SIGN, { ...REVIEW, verified: 'invalid' }, ASSIGN] },
        'violated',
        ['approval_signature_invalid'],
      ],
      [
        'a forged approval beside three good ones',
        { approvals: [SIGN, REVIEW, ASSIGN, { ...CDC, verified: 'invalid' }] },
        'violated',
        ['approval_signature_invalid'],
      ],
      [
        'another officer signs for the principal',
        { approvals: [step('county', 'county_office', 'sign'), REVIEW, ASSIGN] },
        'violated',
        ['approval_missing'],
      ],
      [
        'the principal reviews where a signature is asked',
        { approvals: [step('county', 'principal', 'review'), REVIEW, ASSIGN] },
        'violated',
        ['approval_missing'],
      ],
      ['neither assigner nor approvals', { ...by(null, null), approvals: [] }, 'absent', ['assigner_missing']],
      ['the county assigns by itself', by('county', 'county_office'), 'violated', ['level_not_entitled']],
      ['another provincial body assigns', by('province', 'data_bureau'), 'violated', ['role_not_entitled']],
      ['no form', { assignment: { instrument: null } }, 'violated', ['instrument_missing']],
      ['all signed but no ground', { ground: [] }, 'absent', ['ground_missing']],
      [
        'approvals given, assigner not named',
        { ...by(null, null), approvals: [SIGN] },
        'violated',
        ['assigner_missing', 'approval_missing', 'approval_missing'],
      ],
    ],
  },
  GUANGXI: {
    model: GUANGXI,
    province: '450000',
    right: { level: 'township', role: null },
    cases: [
      ['level 1', by('province', 'headquarters'), 'stated', []],
      ['level 2', by('city', 'cdc'), 'stated', []],
      ['level 3', by('county', null), 'stated', []],
      ['level 4, a key place', by('township', null), 'stated', []],
      ['level 4 in a signed statement', { signed: true }, 'signed', []],
      ['level 5', by('village', 'community'), 'violated', ['level_not_entitled']],
      [
        'level 5 in a signed statement',
        { ...by('village', 'community'), signed: true },
        'violated',
        ['level_not_entitled'],
      ],
      ['level 5 converts', by('village', 'community', { action: 'convert' }), 'violated', ['level_not_entitled']],
      [
        'level 5 releases to yellow',
        { ...by('village', 'community', { action: 'release' }), status: 'yellow' },
        'violated',
        ['release_not_entitled'],
      ],
      ['level 4 converts its own', { assignment: { action: 'convert' } }, 'stated', []],
      [
        'a forged approval nobody asked for',
        { approvals: [{ ...CDC, verified: 'invalid' }] },
        'violated',
        ['approval_signature_invalid'],
      ],
      [
        'a foreign red converted here, nobody to ask',
        { assignment: { action: 'convert', ...from('410000', null) } },
        'violated',
        ['foreign_conversion_not_entitled'],
      ],
      [
        'a foreign red converted here, the origin asked',
        { status: 'yellow', assignment: { action: 'convert', ...from('410000', 'ref-1') }, origin: HENAN_RED },
        'violated',
        ['foreign_conversion_not_entitled'],
      ],
      ['A1: pushed by somebody who is not named', { assignment: from(null, null) }, 'violated', ['origin_missing']],
      ['a push with a reference and no province', { assignment: from(null, 'ref-1') }, 'violated', ['origin_missing']],
      ['a push the origin confirms and substantiates', { ...PUSHED, origin: HENAN_RED }, 'signed', []],
      [
        'a confirmed push through a level that could not have assigned it',
        { ...by('village', 'community', from('410000', 'ref-1')), origin: HENAN_RED },
        'signed',
        [],
      ],
      [
        'the origin confirms, its statement unsigned',
        { ...PUSHED, signed: true, origin: inputFor(HENAN_SUITE, {}) },
        'stated',
        [],
      ],
      [
        'July 2022: pushed red, the origin says green',
        { ...PUSHED, origin: HENAN_GREEN },
        'violated',
        ['origin_contradicts'],
      ],
      [
        'pushed red, the origin says yellow',
        { ...PUSHED, origin: inputFor(HENAN_SUITE, { status: 'yellow' }) },
        'violated',
        ['origin_contradicts'],
      ],
      [
        'pushed on a ground the origin does not give',
        { ...PUSHED, ground: ['confirmed_case'], origin: HENAN_RED },
        'violated',
        ['origin_contradicts'],
      ],
      [
        'pushed red whose origin broke its own rule',
        { ...PUSHED, origin: inputFor(HENAN_SUITE, by('township', 'public_security')) },
        'violated',
        ['level_not_entitled'],
      ],
      [
        'pushed red whose origin gives no ground',
        { ...PUSHED, ground: [], origin: inputFor(HENAN_SUITE, { ground: [] }) },
        'absent',
        ['ground_missing'],
      ],
      [
        'pushed red, the origin does not answer',
        { ...PUSHED, origin: 'unavailable' },
        'absent',
        ['origin_unconfirmed'],
      ],
      ['pushed red, the origin was never asked', PUSHED, 'absent', ['origin_unconfirmed']],
      [
        'pushed red, the origin cannot tell',
        { ...PUSHED, origin: inputFor(HENAN_SUITE, { status: 'indeterminate' }) },
        'absent',
        ['origin_unconfirmed'],
      ],
      [
        'pushed red, another province answered',
        { ...PUSHED, origin: { ...HENAN_RED, province: '370000' } },
        'absent',
        ['origin_unconfirmed'],
      ],
      ['pushed red, no such record at the origin', { ...PUSHED, origin: 'unknown' }, 'violated', ['origin_unknown']],
      [
        'two provinces name one another',
        { ...PUSHED, origin: inputFor(HENAN_SUITE, { assignment: from('450000', 'ref-2') }) },
        'violated',
        ['origin_circular'],
      ],
      [
        'naming another province as a way round level 5',
        { ...by('village', 'community', from('410000', null)) },
        'violated',
        ['level_not_entitled'],
      ],
      ['naming itself as the origin', { assignment: from('450000', 'ref-1') }, 'stated', []],
    ],
  },
  HAINAN: {
    model: HAINAN,
    province: '460000',
    right: { level: 'county', role: 'county_office', kind: 'batch', batch_size: 99 },
    cases: [
      ['99 by the county', {}, 'stated', []],
      ['one person by the county', { assignment: { kind: 'individual', batch_size: null } }, 'stated', []],
      ['100 by the county', { assignment: { batch_size: 100 } }, 'violated', ['batch_above_threshold']],
      [
        '100 by the county in a signed statement',
        { signed: true, assignment: { batch_size: 100 } },
        'violated',
        ['batch_above_threshold'],
      ],
      [
        '1317 by the county, called individual',
        { assignment: { kind: 'individual', batch_size: 1317 } },
        'violated',
        ['batch_above_threshold'],
      ],
      ['100 by the provincial bureau', by('province', 'data_bureau', { batch_size: 100 }), 'stated', []],
      [
        '100 by another provincial body',
        by('province', 'health_commission', { batch_size: 100 }),
        'violated',
        ['batch_above_threshold', 'role_not_entitled'],
      ],
      [
        '100 by a body of the province that is not named',
        by('province', null, { batch_size: 100 }),
        'violated',
        ['batch_above_threshold', 'assigner_missing'],
      ],
      ['99 by the city', by('city', 'city_body'), 'violated', ['level_not_entitled']],
      [
        '100 by a township',
        by('township', null, { batch_size: 100 }),
        'violated',
        ['batch_above_threshold', 'level_not_entitled'],
      ],
      ['a batch whose size is kept back', { assignment: { batch_size: null } }, 'violated', ['batch_size_missing']],
      ['neither kind nor size', { assignment: { kind: null, batch_size: null } }, 'violated', ['batch_size_missing']],
      ['the county CDC instead of the authorised person', by('county', 'cdc'), 'violated', ['role_not_entitled']],
      [
        '100 converted by the county',
        { assignment: { action: 'convert', batch_size: 100 } },
        'violated',
        ['batch_above_threshold'],
      ],
      [
        'a foreign red stepped down by the county',
        { status: 'yellow', assignment: { action: 'convert', ...from('410000', 'ref-1') }, origin: HENAN_RED },
        'signed',
        [],
      ],
      [
        'a foreign red stepped down by a township',
        {
          status: 'yellow',
          ...by('township', null, { action: 'convert', ...from('410000', 'ref-1') }),
          origin: HENAN_RED,
        },
        'violated',
        ['level_not_entitled'],
      ],
      [
        'a foreign yellow stepped up to red',
        {
          assignment: { action: 'convert', ...from('410000', 'ref-1') },
          origin: inputFor(HENAN_SUITE, { status: 'yellow' }),
        },
        'violated',
        ['origin_contradicts'],
      ],
      [
        'a foreign green turned yellow',
        {
          status: 'yellow',
          assignment: { action: 'convert', ...from('410000', 'ref-1') },
          origin: HENAN_GREEN,
        },
        'violated',
        ['origin_contradicts'],
      ],
      [
        'a foreign red that stays red on a ground the origin does not give',
        {
          ground: ['confirmed_case'],
          assignment: { action: 'convert', ...from('410000', 'ref-1') },
          origin: HENAN_RED,
        },
        'violated',
        ['origin_contradicts'],
      ],
      [
        'a foreign red shown as yellow without a conversion',
        { status: 'yellow', assignment: from('410000', 'ref-1'), origin: HENAN_RED },
        'violated',
        ['origin_contradicts'],
      ],
    ],
  },
  NINGXIA: {
    model: NINGXIA,
    province: '640000',
    right: { level: 'county', role: 'cdc' },
    approvals: [CDC],
    cases: [
      ['county CDC after its review', {}, 'stated', []],
      ['county CDC, review signed', { approvals: [{ ...CDC, verified: 'valid' }] }, 'signed', []],
      ['a signed statement around an unsigned review', { signed: true }, 'stated', []],
      ['headquarters of the province', by('province', 'headquarters'), 'stated', []],
      ['city body', by('city', 'city_body'), 'stated', []],
      ['no review', { approvals: [] }, 'violated', ['approval_missing']],
      [
        'a review by the city instead',
        { approvals: [step('city', 'cdc', 'review')] },
        'violated',
        ['approval_missing'],
      ],
      ['a forged review', { approvals: [{ ...CDC, verified: 'invalid' }] }, 'violated', ['approval_signature_invalid']],
      [
        'a person not involved, lifted by the city body',
        { ...by('city', 'city_body', { action: 'release' }), status: 'yellow', ground: ['health_monitoring'] },
        'stated',
        [],
      ],
      [
        'a person not involved, lifted by the county',
        { assignment: { action: 'release' }, status: 'yellow', ground: ['health_monitoring'] },
        'violated',
        ['release_not_entitled'],
      ],
      [
        'a person not involved, lifted by the city CDC',
        { ...by('city', 'cdc', { action: 'release' }), status: 'yellow' },
        'violated',
        ['release_not_entitled'],
      ],
      [
        'lifted by the city body and still red',
        by('city', 'city_body', { action: 'release' }),
        'violated',
        ['release_contradicts'],
      ],
      ['the county converts', { assignment: { action: 'convert' } }, 'violated', ['level_not_entitled']],
      ['secondary contact painted red', { ground: ['secondary_contact'] }, 'violated', ['ground_colour_mismatch']],
      ['secondary contact kept yellow', { status: 'yellow', ground: ['secondary_contact'] }, 'stated', []],
      [
        'a national ground that the rule leaves out',
        { ground: ['fever_unknown_cause'] },
        'violated',
        ['ground_not_allowed'],
      ],
      [
        'one listed ground beside one that is not',
        { ground: ['confirmed_case', 'entrant_isolating'] },
        'violated',
        ['ground_not_allowed'],
      ],
      ['a red ground beside a yellow one', { ground: ['secondary_contact', 'confirmed_case'] }, 'stated', []],
    ],
  },
  PROVINCE_ONLY: {
    model: PROVINCE_ONLY,
    province: '360000',
    right: { level: 'province', role: 'data_bureau' },
    cases: [
      ['the bureau with evidence on file', {}, 'stated', []],
      ['the bureau in a signed statement', { signed: true }, 'signed', []],
      ['the bureau converts', { assignment: { action: 'convert' } }, 'stated', []],
      ['the bureau sends a batch', { assignment: { kind: 'batch', batch_size: 5000 } }, 'stated', []],
      ['no evidence from the county', { assignment: { evidence_filed: false } }, 'violated', ['evidence_missing']],
      [
        'no instrument and no evidence',
        { assignment: { evidence_filed: false, instrument: null } },
        'violated',
        ['instrument_missing', 'evidence_missing'],
      ],
      ['the city assigns', by('city', 'data_bureau'), 'violated', ['level_not_entitled']],
      ['the county assigns with evidence', by('county', 'county_office'), 'violated', ['level_not_entitled']],
      ['the county converts', by('county', 'county_office', { action: 'convert' }), 'violated', ['level_not_entitled']],
      [
        'the national platform assigns in its name',
        by('national', 'national_platform'),
        'violated',
        ['level_not_entitled'],
      ],
      ['the provincial police assign', by('province', 'public_security'), 'violated', ['role_not_entitled']],
      ['the bureau gives no ground', { ground: [] }, 'absent', ['ground_missing']],
      ['a local reason only', { ground: [], localGroundOnly: true }, 'violated', ['ground_not_national']],
      ['a yellow ground on a red', { ground: ['medium_risk_area_stay'] }, 'violated', ['ground_colour_mismatch']],
      ['a yellow ground on a yellow', { status: 'yellow', ground: ['medium_risk_area_stay'] }, 'stated', []],
    ],
  },
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
  const guangxi = SUITES.GUANGXI;

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
    const { findings } = substantiate(inputFor(SUITES.SHANXI, { approvals: [SIGN, ASSIGN] }));
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
