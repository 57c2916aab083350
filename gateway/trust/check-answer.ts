import { z } from 'zod';
import { ATTESTATION_TYP, type AttestationClaims } from '../../schemas/attestation.ts';
import type { AttestationRule } from '../../schemas/code-lists/attestation-rules.ts';
import type { ChainChecks } from './chain-links.ts';
import { verifySm2 } from './sm2.ts';
import type { TrustAnchor } from './trust-chain.ts';
import type { TrustErrorCode } from './trust-error.ts';
import { type Presented, verifyAttestation } from './verify-attestation.ts';

/** Why an answer did not verify: a trust code, or a reply that says something else than its own attestation. */
export type CheckCode = TrustErrorCode | 'reply_mismatch';

interface Link {
  readonly typ: string;
  readonly iss: string;
  readonly kid: string;
  readonly ok: boolean;
  readonly code?: CheckCode;
}

export type CheckedAnswer =
  | { readonly verified: true; readonly claims: AttestationClaims; readonly chain: readonly Link[] }
  | {
      readonly verified: false;
      readonly code: CheckCode;
      readonly link: string;
      /** With `rule_broken`: which one. */
      readonly rule?: AttestationRule;
      /** By how many seconds the token is ahead of this clock, or behind it where negative. */
      readonly clock_off_s?: number;
      readonly chain: readonly Link[];
    };
export type FailedAnswer = Extract<CheckedAnswer, { verified: false }>;

/** The unsigned members of a reply that repeat what its attestation says. Each counts only where it is there. */
const spokenSchema = z.object({
  status: z.unknown(),
  decision: z.unknown(),
  issuer: z.object({ province: z.unknown() }).optional(),
  destination: z.unknown(),
  reasons: z.array(z.object({ code: z.unknown() })).optional(),
  status_as_of: z.unknown(),
  stale: z.unknown(),
  provenance: z.unknown(),
  assurance: z.unknown(),
});

/** What is to be checked: the signed parts, and around them whatever the reply says in plain words. */
export interface Answer extends Presented {
  readonly spoken: unknown;
}

/** What checking stands on: the pinned anchor (null: none is pinned here) and where chains come from. */
export interface AnswerTrust extends Required<Pick<ChainChecks, 'chainOf' | 'historicalKeysOf'>> {
  readonly anchor: TrustAnchor | null;
}

export interface CheckOptions {
  readonly atS: number;
  readonly audience?: string;
  readonly nonce?: string;
}

/** Verifies an answer against the pinned anchor, and its plain words against its attestation. Never throws for either. */
export async function checkAnswer(answer: Answer, trust: AnswerTrust, options: CheckOptions): Promise<CheckedAnswer> {
  const { anchor, chainOf, historicalKeysOf } = trust;
  if (anchor === null) return failedAt('attestation', 'anchor_unknown');
  const checks = { ...options, anchor, chainOf, historicalKeysOf, sm2Verify: verifySm2 };
  const checked = await verifyAttestation(answer, checks);
  if (!checked.verified || !contradicts(answer.spoken, checked.claims)) return checked;
  return failedAt('reply', 'reply_mismatch', checked.chain);
}

export function failedAt(link: string, code: CheckCode, before: readonly Link[] = []): FailedAnswer {
  return {
    verified: false,
    code,
    link,
    chain: [...before, { typ: ATTESTATION_TYP, iss: link, kid: '', ok: false, code }],
  };
}

/** Whoever stands between could repaint the reply and leave its attestation alone. */
function contradicts(spoken: unknown, claims: AttestationClaims): boolean {
  const parsed = spokenSchema.partial().safeParse(spoken);
  if (!parsed.success) return true;
  const { issuer, reasons, ...plain } = parsed.data;
  const said = {
    ...plain,
    ...(issuer === undefined ? {} : { issuer_province: issuer.province }),
    ...(reasons === undefined ? {} : { reasons: reasons.map(({ code }) => code) }),
  };
  const signed = new Map<string, unknown>(Object.entries(claims));
  return Object.entries(said).some(
    ([name, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(signed.get(name)),
  );
}
