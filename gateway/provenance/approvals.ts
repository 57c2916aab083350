import type { AuthorityModel, RequiredApproval } from '../../schemas/authority-model.ts';
import type { FindingCode } from '../../schemas/finding.ts';
import type { Approval } from '../../schemas/statement.ts';

/** An approval and what became of its signature: checked by the caller against the agency keys below the province. */
export type VerifiedApproval = Approval & { readonly verified: 'valid' | 'invalid' | 'unsigned' };

export type ApprovalFinding = { code: FindingCode; step: number };

/**
 * Compares the approvals given, in the order given, with those that the model asks for. More than the rule asks is
 * no fault; a signature that does not verify always is, asked for or not, because somebody made it up.
 */
export function checkApprovals(
  model: AuthorityModel,
  approvals: readonly VerifiedApproval[],
): { allSigned: boolean; findings: ApprovalFinding[] } {
  const findings: ApprovalFinding[] = [];
  for (const [step, approval] of approvals.entries()) {
    if (approval.verified === 'invalid') findings.push({ code: 'approval_signature_invalid', step });
  }
  const signed = approvals.filter(({ verified }) => verified === 'valid');
  return {
    allSigned: followsInOrder(model.approvals, signed),
    findings: [...findings, ...explain(model, approvals, model.approvals_signed ? signed : approvals)],
  };
}

function followsInOrder(required: readonly RequiredApproval[], given: readonly VerifiedApproval[]): boolean {
  let next = 0;
  for (const approval of given) {
    const wanted = required[next];
    if (wanted !== undefined && isSameStep(wanted, approval)) next += 1;
  }
  return next === required.length;
}

/**
 * Names the steps that are missing or unsigned, and the order of those that count if that is what is wrong. Where the
 * rule asks for signatures, only what is signed counts: a step that is claimed in time and signed later is late.
 */
function explain(
  model: AuthorityModel,
  approvals: readonly VerifiedApproval[],
  counting: readonly VerifiedApproval[],
): ApprovalFinding[] {
  const findings: ApprovalFinding[] = [];
  for (const [step, wanted] of model.approvals.entries()) {
    const given = approvals.filter((approval) => isSameStep(wanted, approval));
    if (given.length === 0) findings.push({ code: 'approval_missing', step });
    else if (model.approvals_signed && given.every((approval) => approval.verified === 'unsigned')) {
      findings.push({ code: 'approval_unsigned', step });
    }
  }
  const known = model.approvals.filter((wanted) => counting.some((approval) => isSameStep(wanted, approval)));
  if (!followsInOrder(known, counting)) findings.push({ code: 'approval_order', step: 0 });
  return findings;
}

function isSameStep(wanted: RequiredApproval, given: Approval): boolean {
  return wanted.level === given.level && wanted.role === given.role && wanted.action === given.action;
}
