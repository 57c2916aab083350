import { looksLikePersonalIdentifier } from '../../adapters/personal-identifier.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { StatementOutcome, StatementRequest } from '../../schemas/statement-exchange.ts';
import { PLAIN_FORM, type TokenForm } from '../../schemas/token-form.ts';
import { ProblemError } from '../problem-error.ts';
import type { RegistryState } from '../registry/registry-state.ts';
import type { SignToken } from '../trust/signer.ts';
import { statementDigest } from '../trust/statement-answer.ts';
import { withinBudget } from '../upstream/province-breaker.ts';
import { askProvince } from '../verification/ask-province.ts';
import type { Absent, Told } from '../verification/knowledge.ts';
import { recogniseCode, type Subject } from '../verification/recognise-code.ts';
import type { AskContext } from '../verification/verification-context.ts';
import { STATEMENT_LIFETIME_S, signStatement } from './sign-statement.ts';

/** A province's issuer entity of this node. `signFor` signs for whoever takes these forms, and
 * rejects with ProblemError where nothing may be signed just now. */
export interface Issuer {
  readonly entityId: string;
  readonly province: ProvinceCode;
  readonly signFor: (forms: readonly TokenForm[]) => SignToken;
}

/** What answering needs: to ask the province's own system, and the registry. */
export interface IssuingContext extends AskContext {
  readonly registry: () => RegistryState;
}

/** A question, and the province whose gateway asks it, as its chain says. */
interface Asked {
  readonly request: StatementRequest;
  readonly destination: ProvinceCode;
}

/** What came of a question; `statement` for its own outcome alone. */
export interface Answered {
  readonly outcome: StatementOutcome;
  readonly statement?: string;
}

/**
 * Asks the province's own system about one code and says what came of it in closed words. Nothing is kept: whoever asks
 * has a cache, and with a second one behind it an answer could be twice as old as the manifest lets it be, or come back
 * after an event withdrew it. Nor is the origin that a pushed status names asked: whoever asks does that, once, and would
 * not believe us about it. Throws ProblemError `personal_identifier_refused`.
 */
export async function answerQuestion(
  context: IssuingContext,
  issuer: Issuer,
  { request, destination }: Asked,
  withinMs: number,
): Promise<Answered> {
  const subject = subjectOf(context.registry(), issuer, request, destination);
  if (subject === 'suspended') return { outcome: { outcome: 'unavailable', reasons: ['issuer_unavailable'] } };
  if (subject === null) return { outcome: { outcome: 'not_ours' } };
  const known = await told(context, subject, withinMs);
  if (known instanceof ProblemError) return busy(Number(known.headers['retry-after']) * 1000);
  if (known.kind === 'absent') return { outcome: { outcome: 'absent', why: known.why } };
  if (known.kind === 'unknowable') {
    if (known.busy !== null) return busy(known.busy.retryAfterMs);
    return { outcome: { outcome: 'unavailable', reasons: [...known.reasons] } };
  }
  // What the province's own system signed goes on as it is: that signature is worth more than ours.
  const sign = issuer.signFor(request.forms ?? PLAIN_FORM);
  const statement =
    known.statement ?? (await signStatement(known.claims, termsOf(context, issuer, subject, known.validUntilMs), sign));
  const { reasons, localGroundOnly } = known;
  return {
    outcome: {
      outcome: 'statement',
      statement_digest: statementDigest(statement),
      reasons: [...reasons],
      local_ground_only: localGroundOnly,
    },
    statement,
  };
}

/** What its own system says for as long as whoever asks goes on waiting; a refusal where it was asked as often as it bears. */
async function told(
  context: IssuingContext,
  subject: Subject,
  withinMs: number,
): Promise<Told | Absent | ProblemError> {
  const ask: AskContext['ask'] = (adapter, question) => withinBudget(context.ask(adapter, question), withinMs);
  try {
    return await askProvince({ ...context, ask }, subject);
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'rate_limited') return error;
    throw error;
  }
}

/** Null: no code of the province that this issuer speaks for. A reference is of that province, since it was asked for it. */
function subjectOf(
  state: RegistryState,
  { province }: Issuer,
  { code, reference, purpose }: StatementRequest,
  destination: ProvinceCode,
): Subject | 'suspended' | null {
  const asked = { purpose, destination, forms: PLAIN_FORM, gateway: null };
  if (code === undefined) {
    if (reference === undefined) return null;
    if (looksLikePersonalIdentifier(reference)) throw new ProblemError('personal_identifier_refused');
    const adapter = state.adapterFor(province, reference);
    if (adapter === undefined) return null;
    return adapter.stage === 'suspended' ? 'suspended' : { adapter, token: reference, code: null, ...asked };
  }
  try {
    const recognised = recogniseCode(state, code);
    return recognised.adapter.manifest.province === province ? { ...recognised, ...asked } : null;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    if (error.code === 'code_unrecognised') return null;
    if (error.code === 'adapter_suspended') return 'suspended';
    throw error;
  }
}

/**
 * Whoever asked may use an answer for its freshness and, while the province is away, for its grace: a statement that ends
 * before that would cut short what the manifest promises.
 */
function termsOf(
  { nowMs }: IssuingContext,
  { entityId: iss }: Issuer,
  { adapter: { manifest } }: Subject,
  validUntilMs: number,
) {
  const iat = Math.floor(nowMs() / 1000);
  const usableS = Math.max(STATEMENT_LIFETIME_S, manifest.freshness_s + manifest.stale_grace_s);
  return { iss, iat, exp: Math.min(iat + usableS, Math.floor(validUntilMs / 1000)) };
}

/** What the system asked for goes on as it is: a pause that nobody asked for would stop all of a province's travellers. */
function busy(retryAfterMs: number | null): Answered {
  const retry_after_s = retryAfterMs === null ? null : Math.min(Math.max(0, Math.ceil(retryAfterMs / 1000)), 600);
  return { outcome: { outcome: 'busy', retry_after_s } };
}
