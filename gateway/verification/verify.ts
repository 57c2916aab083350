import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Mandate } from '../../schemas/mandate.ts';
import { PLAIN_FORM } from '../../schemas/token-form.ts';
import type { VerificationReply, VerificationRequest } from '../../schemas/verification.ts';
import type { Venue } from '../access/venue-tokens.ts';
import type { RegistryState } from '../registry/registry-state.ts';
import type { SignFor } from '../trust/shared-signature.ts';
import { attest } from './attest.ts';
import { countRefusal, countVerification } from './count-verification.ts';
import { type Answer, decideAnswer } from './decide-answer.ts';
import type { Recalled } from './knowledge.ts';
import { noteUnknownCodes } from './note-unknown-codes.ts';
import { gatewayOf, permit } from './permit.ts';
import { recallAnswer, refusalOf } from './recall-answer.ts';
import { recogniseCode, type Subject } from './recognise-code.ts';
import { isHarsh, type Substantiated, substantiateStatement, unassigned } from './substantiate-statement.ts';
import type { AnsweringGateway, VerificationContext } from './verification-context.ts';

/** What was decided, with what it was made from. Not signed yet, and shown to nobody. */
export interface Answered {
  readonly gateway: AnsweringGateway;
  readonly venue: Venue;
  readonly request: VerificationRequest;
  readonly mandate: Mandate;
  readonly subject: Subject;
  readonly known: Substantiated;
  readonly answer: Answer;
  readonly startedMs: number;
  readonly decidedMs: number;
}

/**
 * The main job. `venue` is the outcome of access, which is the same for every route of the API. Throws
 * ProblemError where the question may not be asked or was not understood; every other outcome is a signed answer.
 * `signFor`: with what the answer is to be signed, where not by itself or with those of the same turn.
 */
export async function verify(
  context: VerificationContext,
  venue: Venue,
  request: VerificationRequest,
  signFor?: SignFor,
): Promise<VerificationReply> {
  const answered = answer(context, venue, request);
  // A repeat waits for nobody: a promise for each step would be a tenth of its work.
  const signed = reply(context, answered instanceof Promise ? await answered : answered, signFor);
  return signed instanceof Promise ? await signed : signed;
}

/** Its first part: what there is to say, at once where it is remembered. Throws or rejects as `verify` does. */
export function answer(
  context: VerificationContext,
  venue: Venue,
  request: VerificationRequest,
): Answered | Promise<Answered> {
  let issuer: ProvinceCode | null = null;
  try {
    const startedMs = context.nowMs();
    const gateway = gatewayOf(context, venue); // 1
    const state = context.registry();
    const mandate = permit(state, venue, request.purpose, startedMs); // 2
    const { code, purpose, forms = PLAIN_FORM } = request;
    const subject = { ...recogniseCode(state, code), purpose, destination: venue.destination, forms, gateway }; // 3
    issuer = subject.adapter.manifest.province;
    const asked = { state, gateway, venue, request, mandate, subject, startedMs };
    const recalled = recallAnswer(context, subject); // 4, 5
    if (recalled instanceof Promise) return answerOnceTold(context, asked, recalled);
    const answered = answerFrom(context, asked, recalled);
    return answered instanceof Promise ? counted(context, asked, answered) : answered;
  } catch (error) {
    countRefusal(context, venue, issuer, error);
    throw error;
  }
}

/** A question that may be asked, with what it is to be answered by. */
type Asked = Omit<Answered, 'known' | 'answer' | 'decidedMs'> & { readonly state: RegistryState };

async function answerOnceTold(
  context: VerificationContext,
  asked: Asked,
  telling: Promise<Recalled>,
): Promise<Answered> {
  try {
    const answered = answerFrom(context, asked, await telling);
    return answered instanceof Promise ? await answered : answered;
  } catch (error) {
    countRefusal(context, asked.venue, asked.subject.adapter.manifest.province, error);
    throw error;
  }
}

function counted(context: VerificationContext, asked: Asked, answered: Promise<Answered>): Promise<Answered> {
  return answered.catch((error: unknown) => {
    countRefusal(context, asked.venue, asked.subject.adapter.manifest.province, error);
    throw error;
  });
}

/** Steps 6 and 7. */
function answerFrom(context: VerificationContext, asked: Asked, recalled: Recalled): Answered | Promise<Answered> {
  const { state, venue, subject } = asked;
  noteUnknownCodes(context, venue, subject, recalled);
  if (recalled.kind === 'absent') throw refusalOf(recalled);
  const decided = (known: Substantiated): Answered => {
    const { gateway, request, mandate, startedMs } = asked;
    const decidedMs = context.nowMs();
    const answer = decideAnswer(state, venue, subject, known, decidedMs); // 7
    return { gateway, venue, request, mandate, subject, known, answer, startedMs, decidedMs };
  };
  if (recalled.kind !== 'claims' || !isHarsh(recalled)) return decided(unassigned(subject, recalled));
  return substantiateStatement(context, state, subject, recalled).then(decided); // 6
}

/** Its second part: says it, signed, and counts it. Throws or rejects with ProblemError where nothing may be signed. */
export function reply(
  context: VerificationContext,
  answered: Answered,
  signFor: SignFor = answered.gateway.signFor,
): VerificationReply | Promise<VerificationReply> {
  const signed = attest(context, answered, signFor(answered.subject.forms)); // 8
  const count = (said: VerificationReply): VerificationReply => {
    countVerification(context, said, answered); // 9
    return said;
  };
  return signed instanceof Promise ? signed.then(count) : count(signed);
}
