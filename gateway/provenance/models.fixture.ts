import type { AuthorityModel } from '../../schemas/authority-model.ts';
import type { Ground, Level, Role } from '../../schemas/code-lists/index.ts';

/** The authority models that provinces published in 2020 to 2022, for tests. What runs is each manifest's own data, not this file. */

const RED: Ground[] = [
  'confirmed_case',
  'suspected_case',
  'asymptomatic_infection',
  'close_contact_isolating',
  'fever_unknown_cause',
  'high_risk_area_stay',
  'entrant_isolating',
];
const YELLOW: Ground[] = ['medium_risk_area_stay', 'secondary_contact', 'health_monitoring'];
const body = (level: Level, ...roles: Role[]) => ({ level, roles });

/** County principal signs, city health commission reviews, provincial health commission assigns; each one signed. */
export const SHANXI: AuthorityModel = {
  source: 'Shanxi rule on assignment and conversion; DB14/T 2639-2023',
  may_assign: [body('province', 'health_commission')],
  may_convert: [body('province', 'health_commission')],
  may_release: [body('province', 'health_commission')],
  approvals: [
    { level: 'county', role: 'principal', action: 'sign' },
    { level: 'city', role: 'health_commission', action: 'review' },
    { level: 'province', role: 'health_commission', action: 'assign' },
  ],
  approvals_signed: true,
  batch: null,
  evidence_from_levels: [],
  foreign_conversion: 'any_entitled',
  instrument_required: true,
  grounds: [...RED, ...YELLOW],
};

/** Levels 1 to 4 may act, level 5 may not; a foreign red is converted by whoever assigned it. */
export const GUANGXI: AuthorityModel = {
  source: 'Guangxi five-level rule',
  may_assign: [body('province'), body('city'), body('county'), body('township')],
  may_convert: [body('province'), body('city'), body('county'), body('township')],
  may_release: [body('province'), body('city'), body('county'), body('township')],
  approvals: [],
  approvals_signed: false,
  batch: null,
  evidence_from_levels: [],
  foreign_conversion: 'original_assigner',
  instrument_required: false,
  grounds: [...RED, ...YELLOW],
};

/** Under 100 people the county's authorised person acts; 100 and more belong to the provincial bureau. */
export const HAINAN: AuthorityModel = {
  source: 'Hainan rule on batches',
  may_assign: [body('province', 'data_bureau'), body('county', 'county_office')],
  may_convert: [body('province', 'data_bureau'), body('county', 'county_office')],
  may_release: [body('province', 'data_bureau'), body('county', 'county_office')],
  approvals: [],
  approvals_signed: false,
  batch: { threshold: 100, taken_by: body('province', 'data_bureau') },
  evidence_from_levels: [],
  foreign_conversion: 'any_entitled',
  instrument_required: false,
  grounds: [...RED, ...YELLOW],
};

/** The headquarters decides; departments push lists and decide nothing. */
export const HENAN: AuthorityModel = {
  source: 'Henan rule: the epidemic headquarters owns the policy',
  may_assign: [body('province', 'headquarters'), body('city', 'headquarters'), body('county', 'headquarters')],
  may_convert: [body('province', 'headquarters'), body('city', 'headquarters')],
  may_release: [body('province', 'headquarters'), body('city', 'headquarters')],
  approvals: [],
  approvals_signed: false,
  batch: null,
  evidence_from_levels: [],
  foreign_conversion: 'original_assigner',
  instrument_required: true,
  grounds: [...RED, 'medium_risk_area_stay', 'health_monitoring'],
};

/** The red of a person not involved is lifted by the city body, and by nobody else. */
export const NINGXIA: AuthorityModel = {
  source: 'Ningxia rule of 2022',
  may_assign: [body('province', 'headquarters', 'cdc'), body('city', 'city_body', 'cdc'), body('county', 'cdc')],
  may_convert: [body('city', 'city_body')],
  may_release: [body('city', 'city_body')],
  approvals: [{ level: 'county', role: 'cdc', action: 'review' }],
  approvals_signed: false,
  batch: null,
  evidence_from_levels: [],
  foreign_conversion: 'original_assigner',
  instrument_required: false,
  grounds: [
    'confirmed_case',
    'asymptomatic_infection',
    'close_contact_isolating',
    'high_risk_area_stay',
    'secondary_contact',
    'health_monitoring',
  ],
};

/** Only the provincial data bureau assigns; counties file an explanation with evidence. */
export const PROVINCE_ONLY: AuthorityModel = {
  source: 'Rule of a mid province',
  may_assign: [body('province', 'data_bureau')],
  may_convert: [body('province', 'data_bureau')],
  may_release: [body('province', 'data_bureau')],
  approvals: [],
  approvals_signed: false,
  batch: null,
  evidence_from_levels: ['county'],
  foreign_conversion: 'any_entitled',
  instrument_required: true,
  grounds: [...RED, ...YELLOW],
};

export const MODELS = { SHANXI, GUANGXI, HAINAN, HENAN, NINGXIA, PROVINCE_ONLY } as const;
