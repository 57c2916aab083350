import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { VerificationReply } from '../../schemas/verification.ts';
import type { Venue } from '../access/venue-tokens.ts';
import { ProblemError } from '../problem-error.ts';
import type { Answer } from './decide-answer.ts';
import { SuspendedAdapter } from './recognise-code.ts';
import type { Substantiated } from './substantiate-statement.ts';
import type { VerificationContext } from './verification-context.ts';

interface Counted {
  readonly venue: Venue;
  readonly reply: VerificationReply;
  readonly answer: Answer;
  readonly substantiated: Substantiated;
}

/** Step 9: counts what was answered. Provinces, kinds of venues and outcomes only: nothing about a person or a venue. */
export function countVerification(
  context: VerificationContext,
  { venue, reply, answer, substantiated }: Counted,
  tookMs: number,
): void {
  const issuer = reply.issuer.province;
  const { destination, status, decision, stale } = reply;
  context.metrics.verifications.inc({ issuer, destination, status, decision });
  context.metrics.verificationSeconds.observe({ path: substantiated.path }, tookMs / 1000);
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
    atMs: context.nowMs(),
  });
  noteSignals(context, issuer, substantiated);
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
