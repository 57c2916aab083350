import type { AuthorityModel } from '../../schemas/authority-model.ts';
import type { Level, ProvinceCode, Role } from '../../schemas/code-lists/index.ts';
import type { FindingCode } from '../../schemas/finding.ts';
import type { Assignment, StatusClaims } from '../../schemas/statement.ts';
import type { Provenance } from '../../schemas/status.ts';
import type { OriginAnswer, SubstantiationInput, VerifiedApproval } from './substantiate.ts';

/** How one case differs from what is right in its suite. */
export type Change = {
  status?: StatusClaims['status'];
  ground?: StatusClaims['ground'];
  assignment?: Partial<Assignment> | null;
  approvals?: VerifiedApproval[];
  signed?: boolean;
  localGroundOnly?: boolean;
  origin?: OriginAnswer;
};
type Case = [defect: string, change: Change, provenance: Provenance | null, codes: FindingCode[]];
/** One authority model, what is right under it, and what is not. */
export type Suite = {
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
export const by = (level: Level | null, role: Role | null, rest: Partial<Assignment> = {}) => ({
  assignment: { level, role, ...rest },
});
export const from = (province: ProvinceCode | null, reference: string | null) => ({ origin: { province, reference } });

export function step(
  level: Level,
  role: Role,
  action: 'sign' | 'review' | 'assign',
  verified: VerifiedApproval['verified'] = 'valid',
) {
  return { level, role, action, verified };
}
export const SIGN = step('county', 'principal', 'sign');
export const REVIEW = step('city', 'health_commission', 'review');
export const ASSIGN = step('province', 'health_commission', 'assign');
export const CDC = step('county', 'cdc', 'review', 'unsigned');

export function inputFor(suite: Suite, change: Change): SubstantiationInput {
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
