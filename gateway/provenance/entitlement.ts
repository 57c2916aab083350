import type { AuthorityModel, EntitledBody } from '../../schemas/authority-model.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { FindingCode } from '../../schemas/finding.ts';
import type { Assignment } from '../../schemas/statement.ts';

/** What is wrong with who acted: level, role, the size of a batch, the conversion of a foreign state. */
export function assignerFindings(model: AuthorityModel, assignment: Assignment, province: ProvinceCode): FindingCode[] {
  const foreign = assignment.action === 'convert' && pushedFrom(assignment, province) !== null;
  const codes: FindingCode[] = [];
  if (foreign && model.foreign_conversion === 'original_assigner') codes.push('foreign_conversion_not_entitled');
  if (assignment.level === null) return [...codes, 'assigner_missing'];
  const size = assignment.batch_size ?? (assignment.kind === 'individual' ? 1 : null);
  if (model.batch === null) return [...codes, ...entitlementFindings(model, assignment)];
  if (size === null) codes.push('batch_size_missing');
  else if (size >= model.batch.threshold) {
    if (entitlement([model.batch.taken_by], assignment) === 'entitled') return codes;
    codes.push('batch_above_threshold');
  }
  return [...codes, ...entitlementFindings(model, assignment)];
}

function entitlementFindings(model: AuthorityModel, assignment: Assignment): FindingCode[] {
  const isRelease = assignment.action === 'release';
  switch (entitlement(entitledTo(model, assignment.action), assignment)) {
    case 'entitled':
      return [];
    case 'role_unsaid':
      return ['assigner_missing'];
    case 'wrong_level':
      return [isRelease ? 'release_not_entitled' : 'level_not_entitled'];
    case 'wrong_role':
      return [isRelease ? 'release_not_entitled' : 'role_not_entitled'];
  }
}

function entitledTo(model: AuthorityModel, action: Assignment['action']): readonly EntitledBody[] {
  switch (action) {
    case 'assign':
      return model.may_assign;
    case 'convert':
      return model.may_convert;
    case 'release':
      return model.may_release;
  }
}

function entitlement(
  bodies: readonly EntitledBody[],
  { level, role }: Assignment,
): 'entitled' | 'role_unsaid' | 'wrong_level' | 'wrong_role' {
  const atLevel = bodies.filter((body) => body.level === level);
  if (atLevel.length === 0) return 'wrong_level';
  if (atLevel.some((body) => body.roles.length === 0)) return 'entitled';
  if (role === null) return 'role_unsaid';
  return atLevel.some((body) => body.roles.includes(role)) ? 'entitled' : 'wrong_role';
}

/** The origin of a state that another province pushed; a province that names itself pushed nothing. */
export function pushedFrom(assignment: Assignment, province: ProvinceCode): Assignment['origin'] {
  return assignment.origin?.province === province ? null : assignment.origin;
}
