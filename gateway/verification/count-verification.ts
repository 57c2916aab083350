import type { VerificationReply } from '../../schemas/verification.ts';
import type { VerificationContext } from './verification-context.ts';

/** Step 9: counts what was answered. Provinces and outcomes only: nothing about a person or a venue. */
export function countVerification(context: VerificationContext, reply: VerificationReply, tookMs: number): void {
  const issuer = reply.issuer.province;
  const { destination, status, decision, stale } = reply;
  context.metrics.verifications.inc({ issuer, destination, status, decision });
  context.metrics.verificationSeconds.observe({ path: stale ? 'stale' : 'cold' }, tookMs / 1000);
  context.coverage.count({
    issuer,
    destination,
    status,
    decision,
    stale,
    reasons: reply.reasons.map(({ code }) => code),
    tookMs,
    atMs: context.nowMs(),
  });
}
