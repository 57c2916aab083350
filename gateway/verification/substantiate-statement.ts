import { looksLikePersonalIdentifier } from '../../adapters/personal-identifier.ts';
import type { ProvinceCode, ReasonCode } from '../../schemas/code-lists/index.ts';
import type { Approval, StatusClaims } from '../../schemas/statement.ts';
import type { Provenance } from '../../schemas/status.ts';
import { EVERY_FORM } from '../../schemas/token-form.ts';
import { ProblemError } from '../problem-error.ts';
import {
  type OriginAnswer,
  type Substantiation,
  type SubstantiationInput,
  substantiate,
  unsubstantiatedReason,
  type VerifiedApproval,
} from '../provenance/substantiate.ts';
import type { RegistryState } from '../registry/registry-state.ts';
import { verifyApproval } from '../trust/approval.ts';
import { type Recalled, recallAnswer } from './recall-answer.ts';
import type { Subject } from './recognise-code.ts';
import type { VerificationContext } from './verification-context.ts';

/** An assured answer and whether its colour may be shown. `answerable` is the province whose remedy helps. */
export type Substantiated = Recalled & {
  readonly provenance: Provenance | null;
  /** Set where a yellow or red is not substantiated: the venue gets this reason instead of the colour. */
  readonly withheldFor: ReasonCode | null;
  readonly answerable: ProvinceCode;
};

/**
 * Step 6: a yellow or red counts only where the assignment follows the province's own published rule. Where another
 * province pushed it with a reference, that province is asked, with the same cache, breaker and limits.
 */
export async function substantiateStatement(
  context: VerificationContext,
  state: RegistryState,
  subject: Subject,
  assured: Recalled,
): Promise<Substantiated> {
  const { province } = subject.adapter.manifest;
  if (assured.kind === 'unknowable') return { ...assured, provenance: null, withheldFor: null, answerable: province };
  const { provenance, findings, answerable } = await judgeStatement(context, state, subject, assured);
  if (provenance !== 'absent' && provenance !== 'violated') {
    return { ...assured, provenance, withheldFor: null, answerable };
  }
  for (const { code } of findings) context.metrics.unsubstantiated.inc({ issuer: province, reason: code });
  return { ...assured, provenance, withheldFor: unsubstantiatedReason(findings), answerable };
}

/** The judgement itself, with its findings and the approvals it rests on: for auditors, and for `substantiateStatement`. */
export async function judgeStatement(
  context: VerificationContext,
  state: RegistryState,
  subject: Subject,
  assured: AssuredClaims,
): Promise<Substantiation & { readonly approvals: readonly JudgedApproval[] }> {
  const input = await inputOf(context, subject, assured);
  const origin = await askOrigin(context, state, assured.claims, subject);
  return { ...substantiate(origin === null ? input : { ...input, origin }), approvals: input.approvals };
}

/** An approval with the agency that made it; null where its signature does not stand. */
export type JudgedApproval = VerifiedApproval & { readonly agency: string | null };
type JudgedInput = SubstantiationInput & { readonly approvals: readonly JudgedApproval[] };
type AssuredClaims = Extract<Recalled, { kind: 'claims' }>;

async function inputOf(
  context: VerificationContext,
  { adapter }: Subject,
  { claims, statement, localGroundOnly }: AssuredClaims,
): Promise<JudgedInput> {
  const { province, authority } = adapter.manifest;
  const approvals = await verifiedApprovals(context, province, claims);
  return { model: authority, province, claims, approvals, statementSigned: statement !== null, localGroundOnly };
}

async function verifiedApprovals(
  context: VerificationContext,
  province: ProvinceCode,
  claims: StatusClaims,
): Promise<JudgedApproval[]> {
  const approvals = claims.provenance?.approvals ?? [];
  const isSigned = approvals.some(({ signature }) => signature !== undefined);
  const agencies = isSigned ? await context.agencies(province) : [];
  const atS = Math.floor(context.nowMs() / 1000);
  const verdict = async (approval: Approval) => ({
    ...approval,
    ...(await verifyApproval(approval, claims, agencies, atS)),
  });
  return await Promise.all(approvals.map(verdict));
}

/**
 * The origin's own answer, or null where there is nobody to ask. By whichever way its manifest names, so that its node is
 * told the reference, the purpose and who asks. It is asked once: an origin's origin is not.
 */
async function askOrigin(
  context: VerificationContext,
  state: RegistryState,
  claims: StatusClaims,
  { adapter: shown, purpose, gateway }: Subject,
): Promise<OriginAnswer | null> {
  const { province } = shown.manifest;
  const origin = claims.provenance?.origin;
  if (claims.status !== 'yellow' && claims.status !== 'red') return null;
  if (!origin?.province || origin.reference === null || origin.province === province) return null;
  const adapter = state.adapterFor(origin.province, origin.reference);
  if (adapter === undefined || adapter.stage !== 'active') return 'unavailable';
  // A record that names a person in place of a reference must not have us tell that name to another province.
  if (looksLikePersonalIdentifier(origin.reference)) return 'unavailable';
  // What the origin signed is compared, and shown to nobody.
  const subject = { adapter, token: origin.reference, code: null, purpose, forms: EVERY_FORM, gateway };
  try {
    const assured = await recallAnswer(context, subject);
    // An old answer of the origin neither bears out nor contradicts anything.
    const isCurrent = assured.kind === 'claims' && assured.path !== 'stale';
    return isCurrent ? await inputOf(context, subject, assured) : 'unavailable';
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    // A limit that was reached, or a reference that has run out, says nothing about the record: neither is a breach.
    return error.code === 'code_unrecognised' ? 'unknown' : 'unavailable';
  }
}
