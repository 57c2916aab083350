import type { AttestationClaims } from '../../../schemas/attestation.ts';
import { passReplySchema } from '../../../schemas/pass.ts';
import { unframed } from '../../../schemas/scanned-text.ts';
import { type PassClaims, verifyPass } from '../../trust/recognition-pass.ts';
import { type Outcome, scanProblem } from '../asking/outcome.ts';
import { type Asking, believed, putQuestion } from '../asking/put-question.ts';

/** What came of asking for a pass: one that verifies here, or the answer that none was issued for, or neither. */
export type PassOutcome = { readonly kind: 'issued'; readonly pass: string; readonly claims: PassClaims } | Outcome;

/**
 * Asks about a code, and for a pass where the answer is one. Nothing is shown that does not verify: neither an answer nor a
 * pass, which has to say what its answer says.
 */
export async function askForPass(code: string, asking: Asking): Promise<PassOutcome> {
  const form = { schema: passReplySchema, expected: [200, 201] };
  const asked = await putQuestion('/v1/passes', form, unframed(code), asking);
  if (asked.kind !== 'reply') return asked;
  const { pass, answer } = asked.reply;
  const outcome = await believed(answer, asked, asking);
  if (outcome.kind !== 'answer' || pass === null) return outcome;
  const material = asking.trust.passes();
  if ('problem' in material) return scanProblem(material.problem);
  const checked = await verifyPass(pass, { ...material.checks, atS: asking.nowS() });
  if (!checked.verified) return { kind: 'unverified', failure: checked };
  const { claims } = checked;
  if (!isOf(claims, outcome.claims)) return { kind: 'unverified', failure: { code: 'reply_mismatch' } };
  return { kind: 'issued', pass, claims };
}

function isOf(pass: PassClaims, answer: AttestationClaims): boolean {
  return (
    answer.decision === 'pass' &&
    pass.destination === answer.destination &&
    pass.issuer_province === answer.issuer_province &&
    pass.status_as_of === answer.status_as_of
  );
}
