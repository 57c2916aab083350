import { randomBytes } from 'node:crypto';
import type { Purpose } from '../../schemas/code-lists/index.ts';
import { type Problem, problemSchema } from '../../schemas/problem.ts';
import { EVERY_FORM } from '../../schemas/token-form.ts';
import { type VerificationReply, verificationReplySchema } from '../../schemas/verification.ts';
import { type CheckedAnswer, checkAnswer } from '../trust/check-answer.ts';
import { parseReply } from './gateway-client.ts';
import type { TrustMaterial } from './trust-material.ts';
import type { VenueAccess } from './venue-access.ts';

export type Scan =
  | { readonly kind: 'problem'; readonly problem: Problem }
  | { readonly kind: 'answer'; readonly reply: VerificationReply; readonly checked: CheckedAnswer };

/** Asks about one code as a venue does, with a nonce of its own, and checks the answer against the pinned anchor. */
export async function scanCode(
  access: VenueAccess,
  trust: TrustMaterial,
  asked: { readonly code: string; readonly purpose?: Purpose },
): Promise<Scan> {
  const nonce = randomBytes(16).toString('base64url');
  const question = { code: asked.code, purpose: asked.purpose ?? access.purpose, nonce, forms: EVERY_FORM };
  const reply = await access.post('/v1/verifications', question);
  if (reply.status !== 200) return { kind: 'problem', problem: parseReply(reply, problemSchema) };
  const answer = parseReply(reply, verificationReplySchema);
  const { attestation, evidence } = answer;
  const checked = await checkAnswer({ attestation, evidence, spoken: answer }, trust, {
    atS: Math.floor(Date.now() / 1000),
    audience: access.clientId,
    nonce,
  });
  return { kind: 'answer', reply: answer, checked };
}
