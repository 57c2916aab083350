import { SHANXI } from './models.fixture.ts';
import { ASSIGN, by, CDC, REVIEW, SIGN, type Suite, step } from './suite.fixture.ts';

/** A procedure: who signs, reviews and assigns, in which order. */
export const SHANXI_SUITE: Suite = {
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
    ['no approval at all', { approvals: [] }, 'violated', ['approval_missing', 'approval_missing', 'approval_missing']],
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
};
