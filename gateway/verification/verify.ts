import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Mandate } from '../../schemas/mandate.ts';
import { PLAIN_FORM } from '../../schemas/token-form.ts';
import type { VerificationReply, VerificationRequest } from '../../schemas/verification.ts';
import type { Venue } from '../access/venue-tokens.ts';
import type { SignFor } from '../trust/shared-signature.ts';
import { attest } from './attest.ts';
import { countRefusal, countVerification } from './count-verification.ts';
import { type Answer, decideAnswer } from './decide-answer.ts';
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
  return await reply(context, await answer(context, venue, request), signFor);
}

/** Its first part: what there is to say. Throws as `verify` does. */
export async function answer(
  context: VerificationContext,
  venue: Venue,
  request: VerificationRequest,
): Promise<Answered> {
  let issuer: ProvinceCode | null = null;
  try {
    const startedMs = context.nowMs();
    const gateway = gatewayOf(context, venue); // 1
    const state = context.registry();
    const mandate = permit(state, venue, request.purpose, startedMs); // 2
    const { code, purpose, forms = PLAIN_FORM } = request;
    const subject = { ...recogniseCode(state, code), purpose, destination: venue.destination, forms, gateway }; // 3
    issuer = subject.adapter.manifest.province;
    const recalled = await recallAnswer(context, subject); // 4, 5
    noteUnknownCodes(context, venue, subject, recalled);
    if (recalled.kind === 'absent') throw refusalOf(recalled);
    const known =
      recalled.kind === 'claims' && isHarsh(recalled)
        ? await substantiateStatement(context, state, subject, recalled) // 6
        : unassigned(subject, recalled);
    const decidedMs = context.nowMs();
    const decided = decideAnswer(state, venue, subject, known, decidedMs); // 7
    return { gateway, venue, request, mandate, subject, known, answer: decided, startedMs, decidedMs };
  } catch (error) {
    countRefusal(context, venue, issuer, error);
    throw error;
  }
}

/** Its second part: says it, signed, and counts it. Throws ProblemError where nothing may be signed. */
export async function reply(
  context: VerificationContext,
  answered: Answered,
  signFor: SignFor = answered.gateway.signFor,
): Promise<VerificationReply> {
  const signed = await attest(context, answered, signFor(answered.subject.forms)); // 8
  countVerification(context, signed, answered); // 9
  return signed;
}
