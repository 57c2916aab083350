import { ATTESTATION_TYP, type AttestationClaims, attestationClaimsSchema } from '../../schemas/attestation.ts';
import type { AttestationRule } from '../../schemas/code-lists/attestation-rules.ts';
import { STATEMENT_TYP } from '../../schemas/statement.ts';
import { evidenceDigest } from './attestation.ts';
import { brokenRules, type EvidenceInHand, type StatementInHand } from './attestation-rules.ts';
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
      /** With `rule_broken`: what no attestation may say. */
      readonly rule?: AttestationRule;
      /** With `not_yet_valid` and `expired`: by how many seconds the token is ahead of `atS`, or behind it where negative. */
      readonly clock_off_s?: number;
      readonly chain: readonly ChainLink[];
    };

/**
 * Verifies an attestation from its own signature up to the national anchor, offline: attestation, evidence digest,
 * statements, chains, times, audience, and every rule of what an attestation may say, alone and against its statements.
 * Never throws for what it was handed; the first fault ends it, with a closed code and the link where it happened.
 */
export async function verifyAttestation(presented: Presented, checks: AttestationChecks): Promise<VerifiedAttestation> {
  const links = new ChainLinks(TOKENS, checks.anchor.entity_id);
  try {
    const claims = await atLink('attestation', () => checkAttestation(presented.attestation, checks, links));
    const evidence = await atLink('evidence', () => boundEvidence(presented.evidence, claims));
    const inHand: StatementInHand[] = [];
    for (const statement of evidence ?? []) {
      inHand.push(await atLink('statement', () => checkStatement(statement, claims.iat, checks, links)));
    }
    await atLink('evidence', async () => holdToRules(claims, evidence === null ? null : inHand));
    return { verified: true, claims, chain: links.inOrder() };
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    const { code, link = 'attestation', rule, clockOffS } = error;
    const why = {
      ...(rule === undefined ? {} : { rule }),
      ...(clockOffS === undefined ? {} : { clock_off_s: clockOffS }),
    };
    return { verified: false, code, link, ...why, chain: links.inOrder(error) };
  }
}

async function checkAttestation(
  token: string,
  checks: AttestationChecks,
  links: ChainLinks,
): Promise<AttestationClaims> {
  const options = { maxBytes: MAX_ATTESTATION_LENGTH, typ: ATTESTATION_TYP, merkle: true } as const;
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
  holdToRules(claims, null);
  // A gateway answers for the province that its superiors say it belongs to, and for no other.
  if (claims.destination !== province) {
    throw new TrustError('destination_mismatch', 'the attestation is for a destination that is not its gateway’s');
  }
  requireTimely('attestation', claims, checks.atS);
  if (!isMeant(claims.aud, checks.audience) || !isMeant(claims.nonce, checks.nonce)) {
    throw new TrustError('audience_mismatch', 'the attestation is for somebody else, or answers another question');
  }
  links.token('attestation', claims.iss, header.kid);
  return claims;
}

/** Whoever does not say whom it has to be for takes it whomever it is for. */
function isMeant(said: string | undefined, wanted: string | undefined): boolean {
  return wanted === undefined || said === wanted;
}

/** What is bound by its digest; null where nobody kept it. */
async function boundEvidence(
  evidence: readonly string[] | undefined,
  claims: AttestationClaims,
): Promise<readonly string[] | null> {
  if (evidence === undefined) return null;
  if (Array.isArray(evidence)) {
    // A withheld statement goes to auditors only: a venue has its digest and nothing to hold against it.
    if (evidence.length === 0 && (claims.withheld === true || claims.evidence === undefined)) return evidence;
    // The digest alone does not tell one statement from two glued together: each is held to be exactly one besides.
    if (evidence.length <= 1 && evidenceDigest(evidence) === claims.evidence) return evidence;
  }
  throw new TrustError('evidence_mismatch', 'the evidence is not the one statement that the attestation binds');
}

/** `atS`: when the attestation was made, epoch seconds. It vouches for then, so the statement had to stand then. */
async function checkStatement(
  statement: string,
  atS: number,
  checks: AttestationChecks,
  links: ChainLinks,
): Promise<StatementInHand> {
  const issuer = issuerOf(statement);
  const entity = await resolveEntity(issuer, checks, links);
  const { province, jwks } = metadataOf(entity, STATUS_ISSUER, statusIssuerMetadataSchema);
  const keys = await keysWithHistory(entity, jwks, checks);
  // Its key has to stand now.
  const verified = await verifyStatement(statement, issuer, keys, { ...checks, atS, keyAtS: checks.atS });
  links.token('statement', issuer, verified.kid);
  // The province stands right below the anchor.
  return { ...verified, province, signedBy: entity.path.length === PROVINCE_PATH ? 'province-signed' : 'node-signed' };
}

function holdToRules(claims: AttestationClaims, evidence: EvidenceInHand): void {
  const [rule] = brokenRules(claims, evidence);
  if (rule === undefined) return;
  throw new TrustError('rule_broken', 'the attestation says what no gateway may say', { rule });
}
