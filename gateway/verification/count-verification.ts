import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { VerificationReply } from '../../schemas/verification.ts';
import type { Substantiated } from './substantiate-statement.ts';
import type { VerificationContext } from './verification-context.ts';

/** Step 9: counts what was answered. Provinces and outcomes only: nothing about a person or a venue. */
export function countVerification(
  context: VerificationContext,
  reply: VerificationReply,
  substantiated: Substantiated,
  tookMs: number,
): void {
  const issuer = reply.issuer.province;
  const { destination, status, decision, stale } = reply;
  context.metrics.verifications.inc({ issuer, destination, status, decision });
  context.metrics.verificationSeconds.observe({ path: substantiated.path }, tookMs / 1000);
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
  noteSignals(context, issuer, substantiated);
}

/** The colour that the province gave, shown or withheld, for its rates. What is not a colour tells nothing about it. */
function noteSignals(context: VerificationContext, issuer: ProvinceCode, substantiated: Substantiated): void {
  if (substantiated.kind !== 'claims') return;
  const { status, handle, provenance } = substantiated.claims;
  if (status === 'indeterminate') return;
  context.signals.note({
    issuer,
    handle,
    status,
    unsubstantiated: substantiated.withheldFor !== null,
    batch: provenance?.kind === 'batch',
    atMs: context.nowMs(),
  });
}
