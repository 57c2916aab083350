import { decodeJwt } from 'jose';
import type { ProvinceCode } from '../../../schemas/code-lists/index.ts';
import type { VerificationReply } from '../../../schemas/verification.ts';
import type { ChaosRecord } from './records.ts';

/** Freshness and grace of the shipped manifests that the lab uses, and what clocks and whole seconds may add. */
const FRESH_S = 60;
const GRACE_S = 300;
const SLACK_S = 3;

/** When everything that a province had said before was withdrawn, and when that had to be effective. */
export interface Withdrawals {
  readonly withdrawnBeforeMs: (province: ProvinceCode, scanStartedMs: number) => number;
}

/** Every rule that one answer breaks, in words; empty for an answer that is right. */
export function violationsOf(
  record: ChaosRecord,
  reply: VerificationReply,
  scan: { readonly startedMs: number; readonly endedMs: number },
  withdrawals: Withdrawals,
): string[] {
  const broken: string[] = [];
  const claims = decodeJwt(reply.attestation);
  const isKnown = reply.status_as_of !== null;
  if (reply.issuer.province !== record.province) broken.push('an answer of another province');
  if (reply.status !== 'indeterminate' && reply.status !== record.status)
    broken.push('a colour that is not the record’s');
  if (isKnown && Date.parse(reply.status_as_of ?? '') !== Date.parse(record.asOf)) {
    broken.push('an answer about another code');
  }
  if (reply.stale && reply.decision === 'restrict') broken.push('a stale answer restricts');
  const reasons = reply.reasons.map(({ code }) => code);
  if (reply.stale !== reasons.includes('stale_used')) broken.push('stale and its reason disagree');
  for (const member of ['status', 'decision', 'stale'] as const) {
    if (claims[member] !== reply[member]) broken.push(`the attestation says another ${member}`);
  }
  if (!isKnown && reply.status !== 'indeterminate') broken.push('a colour without a time');
  return [...broken, ...ageViolations(record, reply, scan, withdrawals)];
}

/** A statement's `iat` is when the province was asked: no cache can hide it. */
function ageViolations(
  record: ChaosRecord,
  reply: VerificationReply,
  scan: { readonly startedMs: number; readonly endedMs: number },
  withdrawals: Withdrawals,
): string[] {
  const [evidence] = reply.evidence;
  if (evidence === undefined) return [];
  const { iat = 0 } = decodeJwt(evidence.split('~', 1)[0] ?? '');
  const broken: string[] = [];
  const ageS = scan.endedMs / 1000 - iat;
  if (ageS > (reply.stale ? FRESH_S + GRACE_S : FRESH_S) + SLACK_S) broken.push('an answer older than it may be');
  const withdrawnMs = withdrawals.withdrawnBeforeMs(record.province, scan.startedMs);
  if ((iat + 1) * 1000 < withdrawnMs) broken.push('an answer that was withdrawn');
  return broken;
}
