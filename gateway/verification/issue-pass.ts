import { maxAgeS } from '../../schemas/max-age.ts';
import type { VerificationReply, VerificationRequest } from '../../schemas/verification.ts';
import type { Venue } from '../access/venue-tokens.ts';
import type { Passes } from '../passes/passes.ts';
import { permit } from './permit.ts';
import { recogniseCode } from './recognise-code.ts';
import type { VerificationContext } from './verification-context.ts';
import { verify } from './verify.ts';

/** The answer, and the pass where the answer is one. `valid_until` is null with it. */
export interface PassReply {
  readonly pass: string | null;
  readonly valid_until: string | null;
  readonly answer: VerificationReply;
}

/**
 * Asks as for a verification and makes a pass of a pass: at most a day, and never beyond its mandate or the time that
 * the issuing province, or else the national rule, gives a green. Throws ProblemError as `verify` does, and StoreError
 * where passes cannot be kept.
 */
export async function issuePass(
  context: VerificationContext,
  passes: Passes,
  asker: Venue,
  request: VerificationRequest,
): Promise<PassReply> {
  const answer = await verify(context, asker, request);
  const { status, decision, status_as_of, stale } = answer;
  // What stands in for a province that cannot answer is good for a door, not for a day.
  if (status !== 'green' || decision !== 'pass' || status_as_of === null || stale) return without(answer);
  const state = context.registry();
  const mandate = permit(state, asker, request.purpose, context.nowMs());
  const { manifest } = recogniseCode(state, request.code).adapter;
  const ends = [Date.parse(mandate.valid_until), Date.parse(status_as_of) + maxAgeS(manifest, 'green') * 1000];
  const issued = await passes.issue({
    issuer_province: answer.issuer.province,
    destination: answer.destination,
    status_as_of,
    mandate: mandate.id,
    notAfterS: Math.floor(Math.min(...ends) / 1000),
  });
  if (issued === null) return without(answer);
  return { pass: issued.pass, valid_until: new Date(issued.expS * 1000).toISOString(), answer };
}

function without(answer: VerificationReply): PassReply {
  return { pass: null, valid_until: null, answer };
}
