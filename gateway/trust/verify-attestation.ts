import { ATTESTATION_TYP, type AttestationClaims, attestationClaimsSchema } from '../../schemas/attestation.ts';
import { STATEMENT_TYP, type StatementPayload } from '../../schemas/statement.ts';
import { evidenceDigest } from './attestation.ts';
import {
  type ChainChecks,
  type ChainLink,
  ChainLinks,
  keysWithHistory,
  metadataOf,
  resolveEntity,
} from './chain-links.ts';
import type { Sm2Verifier } from './public-key.ts';
import { issuerOf, verifyStatement } from './status-statement.ts';
import { keysOf, parseCompact, verifyCompact } from './strict-jws.ts';
import { requireTimely } from './token-times.ts';
import {
  RECOGNITION_GATEWAY,
  recognitionGatewayMetadataSchema,
  STATUS_ISSUER,
  statusIssuerMetadataSchema,
} from './trust-bundle.ts';
import { atLink, TrustError, type TrustErrorCode } from './trust-error.ts';

export type { ChainLink } from './chain-links.ts';

/** Longest attestation accepted, in characters. */
export const MAX_ATTESTATION_LENGTH = 4096;
const MAX_EVIDENCE = 4;
/** The province itself and the anchor. */
const PROVINCE_PATH = 2;
const TOKENS = new Map([
  ['attestation', ATTESTATION_TYP],
  ['evidence', ATTESTATION_TYP],
  ['statement', STATEMENT_TYP],
]);

/** What a holder of an answer hands in. */
export interface Presented {
  readonly attestation: string;
  /** Undefined: nobody kept the evidence, and only its digest stands. An array is held against that digest. */
  readonly evidence?: readonly string[];
}

export interface AttestationChecks extends ChainChecks {
  readonly audience?: string;
  readonly nonce?: string;
  readonly sm2Verify?: Sm2Verifier;
}

export type VerifiedAttestation =
  | { readonly verified: true; readonly claims: AttestationClaims; readonly chain: readonly ChainLink[] }
  | {
      readonly verified: false;
      readonly code: TrustErrorCode;
      readonly link: string;
      /** With `not_yet_valid` and `expired`: by how many seconds the token is ahead of `atS`, or behind it where negative. */
      readonly clock_off_s?: number;
      readonly chain: readonly ChainLink[];
    };

/**
 * Verifies an attestation from its own signature up to the national anchor, offline: attestation, evidence digest,
 * statements, chains, times, audience, and that the attestation says no better than its statement. Never throws for
 * what it was handed; the first fault ends it, with a closed code and the link where it happened.
 */
export async function verifyAttestation(presented: Presented, checks: AttestationChecks): Promise<VerifiedAttestation> {
  const links = new ChainLinks(TOKENS, checks.anchor.entity_id);
  try {
    const claims = await atLink('attestation', () => checkAttestation(presented.attestation, checks, links));
    await atLink('evidence', () => checkEvidence(presented.evidence, claims));
    for (const statement of presented.evidence ?? []) {
      await atLink('statement', () => checkStatement(statement, claims, checks, links));
    }
    return { verified: true, claims, chain: links.inOrder() };
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    const { code, link = 'attestation', clockOffS } = error;
    const off = clockOffS === undefined ? {} : { clock_off_s: clockOffS };
    return { verified: false, code, link, ...off, chain: links.inOrder(error) };
  }
}

async function checkAttestation(
  token: string,
  checks: AttestationChecks,
  links: ChainLinks,
): Promise<AttestationClaims> {
  const options = { maxBytes: MAX_ATTESTATION_LENGTH, typ: ATTESTATION_TYP };
  const { header, payload } = parseCompact(token, options);
  const issuer = payload['iss'];
  if (typeof issuer !== 'string') throw new TrustError('claims_invalid', 'the attestation names no issuer');
  const gateway = await resolveEntity(issuer, checks, links);
  const { jwks, province } = metadataOf(gateway, RECOGNITION_GATEWAY, recognitionGatewayMetadataSchema);
  const keys = await keysWithHistory(gateway, jwks, checks);
  const verified = await verifyCompact(token, keysOf(keys, checks.atS), options);
  const parsed = attestationClaimsSchema.safeParse(verified.payload);
  if (!parsed.success) throw new TrustError('claims_invalid', 'the attestation has not the documented claims');
  const claims = parsed.data;
  // A gateway answers for the province that its superiors say it belongs to, and for no other.
  if (claims.destination !== province) {
    throw new TrustError('destination_mismatch', 'the attestation is for a destination that is not its gateway’s');
  }
  requireTimely('attestation', claims, checks.atS);
  if (checks.audience !== undefined && claims.aud !== checks.audience) {
    throw new TrustError('audience_mismatch', 'the attestation was made for somebody else');
  }
  if (checks.nonce !== undefined && claims.nonce !== checks.nonce) {
    throw new TrustError('audience_mismatch', 'the attestation answers another question');
  }
  links.token('attestation', claims.iss, header.kid);
  return claims;
}

async function checkEvidence(evidence: readonly string[] | undefined, claims: AttestationClaims): Promise<void> {
  if (evidence === undefined) return;
  if (evidence.length > MAX_EVIDENCE) throw new TrustError('evidence_mismatch', 'too much evidence');
  // A withheld statement goes to auditors only: a venue has its digest and nothing to hold against it.
  if (evidence.length === 0 && (claims.withheld === true || claims.evidence === undefined)) return;
  if (claims.evidence === undefined || (await evidenceDigest(evidence)) !== claims.evidence) {
    throw new TrustError('evidence_mismatch', 'the evidence is not what the attestation binds');
  }
}

async function checkStatement(
  statement: string,
  claims: AttestationClaims,
  checks: AttestationChecks,
  links: ChainLinks,
) {
  const issuer = issuerOf(statement);
  const entity = await resolveEntity(issuer, checks, links);
  const metadata = metadataOf(entity, STATUS_ISSUER, statusIssuerMetadataSchema);
  if (metadata.province !== claims.issuer_province) {
    throw new TrustError('issuer_mismatch', 'the statement is by another province');
  }
  // A node's word must not pass for its province's own, nor the other way round: the province stands right below the anchor.
  const signedBy = entity.path.length === PROVINCE_PATH ? 'province-signed' : 'node-signed';
  if (claims.assurance !== signedBy) {
    throw new TrustError('evidence_mismatch', 'the statement is by another signer than the attestation says');
  }
  const keys = await keysWithHistory(entity, metadata.jwks, checks);
  // The attestation vouches for when it was made: the statement had to stand then. Its key has to stand now.
  const times = { atS: claims.iat, keyAtS: checks.atS };
  const verified = await verifyStatement(statement, issuer, keys, { ...checks, ...times });
  links.token('statement', issuer, verified.kid);
  checkAgreement(claims, verified);
}

/** A gateway may know less than the statement says, never something better or something else. */
function checkAgreement(claims: AttestationClaims, statement: StatementPayload): void {
  const saysLess = claims.status === 'indeterminate';
  if (!saysLess && (claims.status !== statement.status || claims.status_as_of !== statement.status_as_of)) {
    throw new TrustError('evidence_mismatch', 'the attestation says something else than its statement');
  }
}
