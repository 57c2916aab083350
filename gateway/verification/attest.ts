import { ATTESTATION_LIFETIME_S, type AttestationClaims } from '../../schemas/attestation.ts';
import { ABROAD, PROVINCES, REASONS } from '../../schemas/code-lists/index.ts';
import type { Mandate } from '../../schemas/mandate.ts';
import type { VerificationReply, VerificationRequest } from '../../schemas/verification.ts';
import type { Venue } from '../access/venue-tokens.ts';
import { ProblemError } from '../problem-error.ts';
import { adapterName } from '../registry/registry-state.ts';
import { evidenceDigest, signAttestation } from '../trust/attestation.ts';
import { brokenRules, type EvidenceInHand } from '../trust/attestation-rules.ts';
import type { SignToken } from '../trust/signer.ts';
import { readVerified } from '../trust/status-statement.ts';
import type { Answer } from './decide-answer.ts';
import type { Claimed, Unknowable } from './knowledge.ts';
import type { Subject } from './recognise-code.ts';
import type { AnsweringGateway, VerificationContext } from './verification-context.ts';

export type AttestContext = Pick<VerificationContext, 'nowMs' | 'newId' | 'metrics'>;

export interface Attestable {
  readonly gateway: Pick<AnsweringGateway, 'entityId'>;
  readonly venue: Venue;
  readonly request: VerificationRequest;
  readonly mandate: Pick<Mandate, 'id'>;
  readonly subject: Pick<Subject, 'adapter'>;
  /** What the answer was made of. */
  readonly known: Pick<Claimed, 'spoken'> | Unknowable;
  readonly answer: Answer;
}

/**
 * Step 8: signs what was decided, binding the statement's digest, and lays out the reply. What no verifier would accept
 * is not signed: that is a fault of this gateway, counted, and ProblemError `internal`. At once where the signer is.
 */
export function attest(
  context: AttestContext,
  attestable: Attestable,
  sign: SignToken,
): VerificationReply | Promise<VerificationReply> {
  const nowS = Math.floor(context.nowMs() / 1000);
  const claims = claimsOf(context, attestable, nowS);
  const [rule] = brokenRules(claims, evidenceOf(attestable));
  if (rule !== undefined) {
    context.metrics.attestationsRefused.inc({ rule });
    throw new ProblemError('internal');
  }
  const attestation = signAttestation(claims, sign);
  const layOut = (signed: string) => replyOf(attestable, signed, nowS);
  return attestation instanceof Promise ? attestation.then(layOut) : layOut(attestation);
}

function replyOf({ venue, subject, answer }: Attestable, attestation: string, nowS: number): VerificationReply {
  const { province } = subject.adapter.manifest;
  const { zh, en } = PROVINCES[province];
  return {
    status: answer.status,
    decision: answer.decision,
    issuer: { province, name: { zh, en } },
    destination: venue.destination,
    reasons: answer.reasons.map((code) => ({ code, text: REASONS[code] })),
    status_as_of: answer.statusAsOf,
    age_s: answer.statusAsOf === null ? null : Math.max(0, nowS - Math.floor(Date.parse(answer.statusAsOf) / 1000)),
    stale: answer.stale,
    provenance: answer.provenance,
    assurance: answer.assurance,
    remedy: answer.remedy,
    attestation,
    evidence: answer.withheld || answer.evidence === null ? [] : [answer.evidence],
    ...(province === ABROAD && answer.decision === 'pass' ? { holder_binding: 'identity_document' as const } : {}),
  };
}

function claimsOf(context: AttestContext, attestable: Attestable, nowS: number): AttestationClaims {
  const { gateway, venue, request, mandate, subject, answer } = attestable;
  return {
    iss: gateway.entityId,
    aud: venue.clientId,
    iat: nowS,
    exp: nowS + ATTESTATION_LIFETIME_S,
    jti: context.newId(),
    ...(request.nonce === undefined ? {} : { nonce: request.nonce }),
    issuer_province: subject.adapter.manifest.province,
    destination: venue.destination,
    status: answer.status,
    decision: answer.decision,
    reasons: [...answer.reasons],
    status_as_of: answer.statusAsOf,
    stale: answer.stale,
    provenance: answer.provenance,
    assurance: answer.assurance,
    mandate: mandate.id,
    policy: answer.policy,
    adapter: adapterName(subject.adapter, answer.way),
    ...(answer.evidence === null ? {} : { evidence: evidenceDigest([answer.evidence]) }),
    ...(answer.withheld ? { withheld: true as const } : {}),
  };
}

/** What every verifier will make of the evidence, for whoever is shown it. Its signature was checked when it came. */
function evidenceOf({ subject, known, answer: { evidence, assurance } }: Attestable): EvidenceInHand {
  if (evidence === null || assurance === 'transport') return [];
  const spoken = 'spoken' in known ? known.spoken : undefined;
  const { status, status_as_of, iat, exp } = spoken ?? readVerified(evidence);
  const { province } = subject.adapter.manifest;
  return [{ status, status_as_of, iat, exp, province, signedBy: assurance }];
}
