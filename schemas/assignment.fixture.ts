import type { Assignment } from './statement.ts';

/** The plainest act: one person, by the county's health commission, with no document named. */
export const COUNTY_ACT: Assignment = {
  level: 'county',
  role: 'health_commission',
  action: 'assign',
  kind: 'individual',
  batch_size: null,
  instrument: null,
  evidence_filed: true,
  approvals: [],
  origin: null,
};
