import type { Mandate } from '../../schemas/mandate.ts';
import { PLAIN_FORM } from '../../schemas/token-form.ts';
import type { VerificationReply, VerificationRequest } from '../../schemas/verification.ts';
import type { Venue } from '../access/venue-tokens.ts';
import type { SignFor } from '../trust/shared-signature.ts';
import { attest } from './attest.ts';
import { countVerification } from './count-verification.ts';
import { decideAnswer } from './decide-answer.ts';
import { gatewayOf, permit } from './permit.ts';
import { recallCounted } from './recall-counted.ts';
import { recogniseCode, type Subject } from './recognise-code.ts';
import { substantiateStatement } from './substantiate-statement.ts';
import type { VerificationContext } from './verification-context.ts';

/** A signed answer with what it was made from, for whoever makes more of it. */
export interface Verified {
  readonly reply: VerificationReply;
  readonly mandate: Mandate;
  readonly subject: Subject;
  /** What the province calls the record; null where nothing is known of it. */
  readonly handle: string | null;
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
  return (await verifyInFull(context, venue, request, signFor)).reply;
}

/** As `verify`, with what the answer was made from. */
export async function verifyInFull(
  context: VerificationContext,
  venue: Venue,
  request: VerificationRequest,
  signFor?: SignFor,
): Promise<Verified> {
  const startedMs = context.nowMs();
  const gateway = gatewayOf(context, venue); // 1
  const state = context.registry();
  const mandate = permit(state, venue, request.purpose, startedMs); // 2
  const { code, purpose, forms = PLAIN_FORM } = request;
  const subject = { ...recogniseCode(state, code), purpose, forms, gateway }; // 3
  const assured = await recallCounted(context, venue, subject); // 4, 5
  const substantiated = await substantiateStatement(context, state, subject, assured); // 6
  const answer = decideAnswer(context, state, venue, subject, substantiated); // 7
  // An answer that shares a signature may wait for others, which says nothing about its province.
  const tookMs = context.nowMs() - startedMs;
  const sign = (signFor ?? gateway.signFor)(forms);
  const reply = await attest(context, { gateway, sign, venue, request, mandate, subject, answer }); // 8
  countVerification(context, reply, substantiated, tookMs); // 9
  return { reply, mandate, subject, handle: substantiated.kind === 'claims' ? substantiated.claims.handle : null };
}
