import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { VerificationReply } from '../../schemas/verification.ts';
import type { Venue } from '../access/venue-tokens.ts';
import { ProblemError } from '../problem-error.ts';
import { SuspendedAdapter } from './recognise-code.ts';
import type { Substantiated } from './substantiate-statement.ts';
import type { VerificationContext } from './verification-context.ts';
import type { Answered } from './verify.ts';

/** Step 9: counts what was answered. Provinces, kinds of venues and outcomes only: nothing about a person or a venue. */
export function countVerification(
  context: VerificationContext,
  reply: VerificationReply,
  {
    venue,
    answer,
    known,
    startedMs,
    decidedMs: atMs,
  }: Pick<Answered, 'venue' | 'answer' | 'known' | 'startedMs' | 'decidedMs'>,
): void {
  const issuer = reply.issuer.province;
  // An answer that shares a signature may have waited for others, which says nothing about its province.
  const tookMs = atMs - startedMs;
  const { destination, status, decision, stale } = reply;
  context.metrics.verifications.inc({ issuer, destination, status, decision });
  context.metrics.verificationSeconds.observe({ path: known.path }, tookMs / 1000);
  context.coverage.count({
    issuer,
    destination,
    venueKind: venue.kind,
    status,
    decision,
    stale,
    reasons: answer.reasons,
    cell: answer.cell,
    tookMs,
    atMs,
  });
  noteSignals(context, issuer, known, atMs);
}

/** A scan that got a problem in place of an answer. A fault of ours is told elsewhere. */
export function countRefusal(
  context: VerificationContext,
  { destination, kind: venueKind }: Venue,
  recognised: ProvinceCode | null,
  error: unknown,
): void {
  if (!(error instanceof ProblemError)) return;
  const issuer = error instanceof SuspendedAdapter ? error.issuer : recognised;
  context.coverage.refuse({ issuer, destination, venueKind, problem: error.code, atMs: context.nowMs() });
}

/** The colour that the province gave, shown or withheld, for its rates. What is not a colour tells nothing about it. */
function noteSignals(context: VerificationContext, issuer: ProvinceCode, known: Substantiated, atMs: number): void {
  if (known.kind !== 'claims') return;
  const { status, handle, provenance } = known.claims;
  if (status === 'indeterminate') return;
  context.signals.note({
    issuer,
    handle,
    status,
    unsubstantiated: known.withheldFor !== null,
    batch: provenance?.kind === 'batch',
    atMs,
  });
}
