import { HENAN_SUITE } from './bodies.fixture.ts';
import { GUANGXI, HAINAN } from './models.fixture.ts';
import { by, CDC, from, inputFor, type Suite } from './suite.fixture.ts';

/* Rules about what comes in bulk and from elsewhere: batches, pushes, and a colour of another province that is changed. */

export const HENAN_RED = inputFor(HENAN_SUITE, { signed: true });
export const HENAN_GREEN = inputFor(HENAN_SUITE, { status: 'green', ground: [], assignment: null });
export const PUSHED = { assignment: from('410000', 'ref-1') };

export const GUANGXI_SUITE: Suite = {
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
    ['pushed red, the origin does not answer', { ...PUSHED, origin: 'unavailable' }, 'absent', ['origin_unconfirmed']],
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
};

export const HAINAN_SUITE: Suite = {
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
};
