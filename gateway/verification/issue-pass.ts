import { secondOf } from '../../schemas/clocks.ts';
import type { Mandate } from '../../schemas/mandate.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import { maxAgeS } from '../../schemas/max-age.ts';
import type { VerificationReply, VerificationRequest } from '../../schemas/verification.ts';
import type { Venue } from '../access/venue-tokens.ts';
import type { Passes } from '../passes/passes.ts';
import type { VerificationContext } from './verification-context.ts';
import { answer, reply } from './verify.ts';

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
  const answered = await answer(context, asker, request);
  const said = await reply(context, answered);
  const { mandate, subject, known } = answered;
  const { status, decision, status_as_of, stale } = said;
  // What stands in for a province that cannot answer is good for a door, not for a day.
  const isPass = status === 'green' && decision === 'pass' && !stale;
  if (!isPass || status_as_of === null || known.kind !== 'claims') return without(said);
  const issued = await passes.issue({
    issuer_province: said.issuer.province,
    destination: said.destination,
    status_as_of,
    mandate: mandate.id,
    handle: known.claims.handle,
    notAfterS: groundEndsS(mandate, subject.adapter.manifest, status_as_of),
  });
  if (issued === null) return without(said);
  return { pass: issued.pass, valid_until: new Date(issued.expS * 1000).toISOString(), answer: said };
}

/** When what a green pass stands on is over, in seconds since 1970: the mandate, or the green by its province's rule. */
export function groundEndsS(
  { valid_until }: Pick<Mandate, 'valid_until'>,
  manifest: Pick<Manifest, 'reply'>,
  statusAsOf: string,
): number {
  return Math.min(secondOf(valid_until), secondOf(statusAsOf) + maxAgeS(manifest, 'green'));
}

function without(answer: VerificationReply): PassReply {
  return { pass: null, valid_until: null, answer };
}
