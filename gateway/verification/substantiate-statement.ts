import type { ProvinceCode, ReasonCode } from '../../schemas/code-lists/index.ts';
import type { Approval, StatusClaims } from '../../schemas/statement.ts';
import type { Provenance } from '../../schemas/status.ts';
import { ProblemError } from '../problem-error.ts';
import {
  type OriginAnswer,
  type SubstantiationInput,
  substantiate,
  unsubstantiatedReason,
  type VerifiedApproval,
} from '../provenance/substantiate.ts';
import type { RegistryState } from '../registry/registry-state.ts';
import { verifyApproval } from '../trust/approval.ts';
import { type Assured, assureStatement } from './assure-statement.ts';
import { obtainStatement } from './obtain-statement.ts';
import type { Subject } from './recognise-code.ts';
import type { VerificationContext } from './verification-context.ts';

/** An assured answer and whether its colour may be shown. `answerable` is the province whose remedy helps. */
export type Substantiated = Assured & {
  readonly provenance: Provenance | null;
  /** Set where a yellow or red is not substantiated: the venue gets this reason instead of the colour. */
  readonly withheldFor: ReasonCode | null;
  readonly answerable: ProvinceCode;
};

/**
 * Step 6: a yellow or red counts only where the assignment follows the province's own published rule. Where another
 * province pushed it with a reference, that province is asked, with the same breaker and limits.
 */
export async function substantiateStatement(
  context: VerificationContext,
  state: RegistryState,
  subject: Subject,
  assured: Assured,
): Promise<Substantiated> {
  const { province } = subject.adapter.manifest;
  if (assured.kind === 'unknowable') return { ...assured, provenance: null, withheldFor: null, answerable: province };
  const input = await inputOf(context, subject, assured);
  const origin = await askOrigin(context, state, assured.claims, province);
  const { provenance, findings, answerable } = substantiate(origin === null ? input : { ...input, origin });
  if (provenance !== 'absent' && provenance !== 'violated') {
    return { ...assured, provenance, withheldFor: null, answerable };
  }
  for (const { code } of findings) context.metrics.unsubstantiated.inc({ issuer: province, reason: code });
  return { ...assured, provenance, withheldFor: unsubstantiatedReason(findings), answerable };
}

type AssuredClaims = Extract<Assured, { kind: 'claims' }>;

async function inputOf(
  context: VerificationContext,
  { adapter }: Subject,
  { claims, statement, localGroundOnly }: AssuredClaims,
): Promise<SubstantiationInput> {
  const { province, authority } = adapter.manifest;
  const approvals = await verifiedApprovals(context, province, claims);
  return { model: authority, province, claims, approvals, statementSigned: statement !== null, localGroundOnly };
}

async function verifiedApprovals(
  context: VerificationContext,
  province: ProvinceCode,
  claims: StatusClaims,
): Promise<VerifiedApproval[]> {
  const keys = context.agencyKeys(province);
  const verdict = async (approval: Approval) => ({
    ...approval,
    verified: await verifyApproval(approval, claims, keys),
  });
  return await Promise.all((claims.provenance?.approvals ?? []).map(verdict));
}

/** The origin's own answer, or null where there is nobody to ask. It is asked once: an origin's origin is not. */
async function askOrigin(
  context: VerificationContext,
  state: RegistryState,
  claims: StatusClaims,
  province: ProvinceCode,
): Promise<OriginAnswer | null> {
  const origin = claims.provenance?.origin;
  if (claims.status !== 'yellow' && claims.status !== 'red') return null;
  if (!origin?.province || origin.reference === null || origin.province === province) return null;
  const adapter = state.adapters.get(origin.province);
  if (adapter === undefined || adapter.stage !== 'active') return 'unavailable';
  const subject = { adapter, token: origin.reference };
  try {
    const assured = await assureStatement(context, subject, await obtainStatement(context, subject));
    return assured.kind === 'claims' ? await inputOf(context, subject, assured) : 'unavailable';
  } catch (error) {
    if (error instanceof ProblemError) return 'unknown';
    throw error;
  }
}
