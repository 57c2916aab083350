import type { Finding } from '../../schemas/finding.ts';
import type { Auditor, Mandate } from '../../schemas/mandate.ts';
import type { StatusClaims } from '../../schemas/statement.ts';
import type { Assurance, Provenance } from '../../schemas/status.ts';
import { PLAIN_FORM } from '../../schemas/token-form.ts';
import { ProblemError } from '../problem-error.ts';
import type { RegistryState } from '../registry/registry-state.ts';
import type { AuditQuestion } from '../trust/audit-request.ts';
import { TrustError } from '../trust/trust-error.ts';
import { askProvince } from './ask-province.ts';
import { refusalOf } from './recall-answer.ts';
import { recogniseCode } from './recognise-code.ts';
import { type JudgedApproval, judgeStatement } from './substantiate-statement.ts';
import type { VerificationContext } from './verification-context.ts';

/** What an auditor is shown of one code, now. `statement` holds its disclosures; null where the province signs none. */
export interface AuditAnswer {
  readonly issuer_province: string;
  readonly claims: StatusClaims | null;
  readonly statement: string | null;
  readonly assurance: Assurance;
  readonly provenance: Provenance | null;
  readonly findings: readonly Finding[];
  /** Each sign-off with the agency that made it, where its signature stands: the agency's link in the chain. */
  readonly approvals: readonly AuditedApproval[];
  readonly reasons: readonly string[];
}

export type AuditedApproval = Omit<JudgedApproval, 'signature'>;

/**
 * Asks the province again, past every cache and within the same limits as a scan, and keeps nothing. Only an auditor whom
 * a mandate in force names, with the very key that it names. `refuseReplay` hears of questions by such auditors alone:
 * anybody can sign with a key of their own, and would fill its memory. Throws ProblemError `audit_not_permitted`,
 * `unavailable`, and whatever a verification throws.
 */
export async function audit(
  context: VerificationContext,
  question: AuditQuestion,
  refuseReplay: (question: AuditQuestion) => Promise<void>,
): Promise<AuditAnswer> {
  const { claims: asked, jkt } = question;
  const state = context.registry();
  const mandate = mandateOf(state, asked.mandate, { id: asked.iss, jkt }, context.nowMs());
  const [purpose] = mandate?.purposes ?? [];
  if (purpose === undefined) throw new ProblemError('audit_not_permitted');
  await refuseReplay(question);
  const subject = {
    ...recogniseCode(state, asked.code),
    ...{ purpose, destination: null, forms: PLAIN_FORM, gateway: context.anyGateway() },
  };
  const known = await context.load.whileWaiting(() => askProvince(context, subject));
  if (known.kind === 'absent') throw refusalOf(known);
  const { reasons, assurance } = known;
  const said = { issuer_province: subject.adapter.manifest.province, reasons, assurance };
  if (known.kind === 'unknowable') {
    return { ...said, claims: null, statement: null, provenance: null, findings: [], approvals: [] };
  }
  const { claims, statement } = known;
  const { provenance, findings, approvals } = await judgeStatement(context, state, subject, known).catch(unjudged);
  const shown = approvals.map(({ signature: _signature, ...approval }) => approval);
  return { ...said, claims, statement, provenance, findings, approvals: shown };
}

/** An audit can wait; a finding that is none cannot be taken back. */
function unjudged(error: unknown): never {
  if (!(error instanceof TrustError)) throw error;
  const detail = "the chain of one of the province's agencies cannot be had";
  throw new ProblemError('unavailable', detail, { 'retry-after': '5' });
}

/** Identifier and key both: a mandate names whom it trusts to look, and with which key. Null: it does not name this one. */
function mandateOf(state: RegistryState, mandateId: string, { id, jkt }: Auditor, nowMs: number): Mandate | null {
  const term = state.mandates.terms.find(({ mandate }) => mandate.id === mandateId);
  if (term === undefined || nowMs < term.fromMs || nowMs >= term.untilMs) return null;
  return term.mandate.auditors.some((auditor) => auditor.id === id && auditor.jkt === jkt) ? term.mandate : null;
}
