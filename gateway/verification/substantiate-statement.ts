import { looksLikePersonalIdentifier } from '../../adapters/personal-identifier.ts';
import { UpstreamError } from '../../adapters/upstream-error.ts';
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
import { mayBeBy, verifyApproval } from '../trust/approval.ts';
import type { KnownAgencies } from '../trust/province-trust.ts';
import { TrustError } from '../trust/trust-error.ts';
import type { Claimed, Recalled, Unknowable } from './knowledge.ts';
import { recallAnswer } from './recall-answer.ts';
import type { Subject } from './recognise-code.ts';
import { failed } from './unknowable.ts';
import type { VerificationContext } from './verification-context.ts';

/** What is known, and whether its colour may be shown. `answerable` is the province whose remedy helps. */
export type Substantiated = Recalled<Claimed | Unknowable> & {
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
  known: Recalled<Claimed>,
): Promise<Substantiated> {
  const { province } = subject.adapter.manifest;
  let judged: Substantiation;
  try {
    judged = await judgeStatement(context, state, subject, known);
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    const fault = new UpstreamError('connect_failed', "the chain of one of the province's agencies cannot be had");
    const unknowable = failed(context, province, fault);
    return { ...unknowable, path: 'cold', provenance: null, withheldFor: null, answerable: province };
  }
  const { provenance, findings, answerable } = judged;
  if (provenance !== 'absent' && provenance !== 'violated')
    return { ...known, provenance, withheldFor: null, answerable };
  for (const { code } of findings) context.metrics.unsubstantiated.inc({ issuer: province, reason: code });
  return { ...known, provenance, withheldFor: unsubstantiatedReason(findings), answerable };
}

/** Whether a colour rests on an assignment, which has to be looked at. */
export function isHarsh({ claims: { status } }: Claimed): boolean {
  return status === 'yellow' || status === 'red';
}

/** What rests on nobody's assignment: a green, or nothing that anybody can tell. */
export function unassigned({ adapter }: Subject, known: Recalled<Claimed | Unknowable>): Substantiated {
  return { ...known, provenance: null, withheldFor: null, answerable: adapter.manifest.province };
}

/**
 * The judgement itself, with its findings and the approvals it rests on: for auditors, and for `substantiateStatement`.
 * Throws TrustError where it hangs on the signature of an agency whose chain cannot be had.
 */
export async function judgeStatement(
  context: VerificationContext,
  state: RegistryState,
  subject: Subject,
  known: Claimed,
): Promise<Substantiation & { readonly approvals: readonly JudgedApproval[] }> {
  const input = await inputOf(context, subject, known);
  const origin = await askOrigin(context, state, known.claims, subject);
  return { ...substantiate(origin === null ? input : { ...input, origin }), approvals: input.approvals };
}

/** An approval with the agency that made it; null where its signature does not stand. */
export type JudgedApproval = VerifiedApproval & { readonly agency: string | null };
type JudgedInput = SubstantiationInput & { readonly approvals: readonly JudgedApproval[] };

async function inputOf(
  context: VerificationContext,
  { adapter }: Subject,
  { claims, statement, localGroundOnly }: Claimed,
): Promise<JudgedInput> {
  const { province, authority } = adapter.manifest;
  const approvals = await verifiedApprovals(context, province, claims);
  return { model: authority, province, claims, approvals, statementSigned: statement !== null, localGroundOnly };
}

const NOBODY: KnownAgencies = { agencies: [], outOfReach: [] };

async function verifiedApprovals(
  context: VerificationContext,
  province: ProvinceCode,
  claims: StatusClaims,
): Promise<JudgedApproval[]> {
  const approvals = claims.provenance?.approvals ?? [];
  const isSigned = approvals.some(({ signature }) => signature !== undefined);
  const { agencies, outOfReach } = isSigned ? await context.agencies(province) : NOBODY;
  const atS = Math.floor(context.nowMs() / 1000);
  const verdict = async (approval: Approval) => ({
    ...approval,
    ...(await verifyApproval(approval, claims, agencies, atS)),
  });
  const verdicts = await Promise.all(approvals.map(verdict));
  // It may be good by a key that is out of reach: that nobody can tell makes nobody a forger.
  if (verdicts.some((approval) => approval.verified === 'invalid' && mayBeBy(approval, outOfReach))) {
    throw new TrustError('fetch_failed', "the chain of one of the province's agencies cannot be fetched");
  }
  return verdicts;
}

/**
 * The origin's own answer, or null where there is nobody to ask. By whichever way its manifest names, so that its node is
 * told the reference, the purpose and who asks. It is asked once: an origin's origin is not.
 */
async function askOrigin(
  context: VerificationContext,
  state: RegistryState,
  claims: StatusClaims,
  { adapter: shown, purpose, destination, gateway }: Subject,
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
  const subject = { adapter, token: origin.reference, code: null, purpose, destination, forms: EVERY_FORM, gateway };
  try {
    const known = await recallAnswer(context, subject);
    // A reference that has run out says nothing about the record: that is no breach.
    if (known.kind === 'absent') return known.why === 'unknown' ? 'unknown' : 'unavailable';
    // An old answer of the origin neither bears out nor contradicts anything.
    const isCurrent = known.kind === 'claims' && known.path !== 'stale';
    return isCurrent ? await inputOf(context, subject, known) : 'unavailable';
  } catch (error) {
    // A limit that was reached says nothing about the record either, nor does a chain that cannot be had.
    if (error instanceof ProblemError || error instanceof TrustError) return 'unavailable';
    throw error;
  }
}
