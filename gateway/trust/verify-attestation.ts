import { ATTESTATION_TYP, type AttestationClaims, attestationClaimsSchema } from '../../schemas/attestation.ts';
import { STATEMENT_TYP, type StatementPayload } from '../../schemas/statement.ts';
import { evidenceDigest } from './attestation.ts';
import { CLOCK_SKEW_S, ENTITY_STATEMENT_TYP } from './entity-statement.ts';
import type { Sm2Verifier } from './public-key.ts';
import { MAX_STATEMENT_LENGTH, verifyStatement } from './status-statement.ts';
import { keysOf, parseCompact, verifyCompact } from './strict-jws.ts';
import {
  RECOGNITION_GATEWAY,
  recognitionGatewayMetadataSchema,
  STATUS_ISSUER,
  statusIssuerMetadataSchema,
} from './trust-bundle.ts';
import { type ResolvedEntity, type TrustAnchor, validateChain } from './trust-chain.ts';
import { atLink, TrustError, type TrustErrorCode } from './trust-error.ts';

/** Longest attestation accepted, in characters. */
export const MAX_ATTESTATION_LENGTH = 4096;
const MAX_EVIDENCE = 4;

/** What a holder of an answer hands in. */
export interface Presented {
  readonly attestation: string;
  /** Undefined: nobody kept the evidence, and only its digest stands. An array is held against that digest. */
  readonly evidence?: readonly string[];
}

export interface AttestationChecks {
  readonly anchor: TrustAnchor;
  /** The trust chain of an entity, from a bundle or from a resolve endpoint. Throws TrustError where there is none. */
  readonly chainOf: (entityId: string) => readonly string[] | Promise<readonly string[]>;
  readonly atS: number;
  readonly audience?: string;
  readonly nonce?: string;
  readonly sm2Verify?: Sm2Verifier;
}

/** One signature between the answer and the anchor. `code` says why where `ok` is false. */
export interface ChainLink {
  readonly typ: string;
  readonly iss: string;
  readonly kid: string;
  readonly ok: boolean;
  readonly code?: TrustErrorCode;
}

export type VerifiedAttestation =
  | { readonly verified: true; readonly claims: AttestationClaims; readonly chain: readonly ChainLink[] }
  | {
      readonly verified: false;
      readonly code: TrustErrorCode;
      readonly link: string;
      readonly chain: readonly ChainLink[];
    };

/**
 * Verifies an attestation from its own signature up to the national anchor, offline: attestation, evidence digest,
 * statements, chains, times, audience, and that the attestation says no better than its statement. Never throws for
 * what it was handed; the first fault ends it, with a closed code and the link where it happened.
 */
export async function verifyAttestation(presented: Presented, checks: AttestationChecks): Promise<VerifiedAttestation> {
  const links = new Map<string, ChainLink>();
  try {
    const claims = await atLink('attestation', () => checkAttestation(presented.attestation, checks, links));
    await atLink('evidence', () => checkEvidence(presented.evidence, claims));
    for (const statement of presented.evidence ?? []) {
      await atLink('statement', () => checkStatement(statement, claims, checks, links));
    }
    return { verified: true, claims, chain: inOrder(links, checks.anchor) };
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    return {
      verified: false,
      code: error.code,
      link: error.link ?? 'attestation',
      chain: inOrder(links, checks.anchor, error),
    };
  }
}

type Links = Map<string, ChainLink>;

async function checkAttestation(token: string, checks: AttestationChecks, links: Links): Promise<AttestationClaims> {
  const options = { maxBytes: MAX_ATTESTATION_LENGTH, typ: ATTESTATION_TYP };
  const { header, payload } = parseCompact(token, options);
  const issuer = payload['iss'];
  if (typeof issuer !== 'string') throw new TrustError('claims_invalid', 'the attestation names no issuer');
  const gateway = await resolve(issuer, checks, links);
  const keys = metadataOf(gateway, RECOGNITION_GATEWAY, recognitionGatewayMetadataSchema).jwks;
  const verified = await verifyCompact(token, keysOf(keys), options);
  const parsed = attestationClaimsSchema.safeParse(verified.payload);
  if (!parsed.success) throw new TrustError('claims_invalid', 'the attestation has not the documented claims');
  const claims = parsed.data;
  if (claims.iat > checks.atS + CLOCK_SKEW_S)
    throw new TrustError('not_yet_valid', 'the attestation is from the future');
  if (claims.exp <= checks.atS) throw new TrustError('expired', 'the attestation has expired');
  if (checks.audience !== undefined && claims.aud !== checks.audience) {
    throw new TrustError('audience_mismatch', 'the attestation was made for somebody else');
  }
  if (checks.nonce !== undefined && claims.nonce !== checks.nonce) {
    throw new TrustError('audience_mismatch', 'the attestation answers another question');
  }
  links.set('attestation', { typ: ATTESTATION_TYP, iss: claims.iss, kid: header.kid, ok: true });
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

async function checkStatement(statement: string, claims: AttestationClaims, checks: AttestationChecks, links: Links) {
  const { payload } = parseCompact(statement.split('~', 1)[0] ?? '', {
    maxBytes: MAX_STATEMENT_LENGTH,
    typ: STATEMENT_TYP,
    algs: ['ES256', 'EdDSA', 'SM2'],
  });
  const issuer = payload['iss'];
  if (typeof issuer !== 'string') throw new TrustError('claims_invalid', 'the statement names no issuer');
  const entity = await resolve(issuer, checks, links);
  const metadata = metadataOf(entity, STATUS_ISSUER, statusIssuerMetadataSchema);
  if (claims.assurance === 'province-signed' && metadata.province !== claims.issuer_province) {
    throw new TrustError('issuer_mismatch', 'the statement is by another province');
  }
  // The attestation vouches for when it was made: the statement had to stand then.
  const verified = await verifyStatement(statement, issuer, metadata.jwks, { ...checks, atS: claims.iat });
  links.set('statement', { typ: STATEMENT_TYP, iss: issuer, kid: verified.kid, ok: true });
  checkAgreement(claims, verified);
}

/** A gateway may know less than the statement says, never something better or something else. */
function checkAgreement(claims: AttestationClaims, statement: StatementPayload): void {
  const saysLess = claims.status === 'indeterminate';
  if (!saysLess && (claims.status !== statement.status || claims.status_as_of !== statement.status_as_of)) {
    throw new TrustError('evidence_mismatch', 'the attestation says something else than its statement');
  }
}

async function resolve(entityId: string, checks: AttestationChecks, links: Links): Promise<ResolvedEntity> {
  return await atLink(entityId, async () => {
    const resolved = await validateChain(await checks.chainOf(entityId), checks.anchor, checks.atS);
    if (resolved.entityId !== entityId) throw new TrustError('subject_mismatch', 'the chain is for another entity');
    for (const { entityId: iss, kid } of resolved.path) {
      links.set(iss, { typ: ENTITY_STATEMENT_TYP, iss, kid, ok: true });
    }
    return resolved;
  });
}

function metadataOf<T>(
  entity: ResolvedEntity,
  type: string,
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
): T {
  const parsed = schema.safeParse(entity.metadata[type]);
  if (!parsed.success) throw new TrustError('invalid_metadata', `the entity is no ${type}`);
  return parsed.data;
}

/** Attestation first, then the statement, then the entities from the signers up to the anchor; a failure comes last. */
function inOrder(links: Links, anchor: TrustAnchor, failure?: TrustError): ChainLink[] {
  const first = ['attestation', 'statement'];
  const rank = (name: string) => (first.includes(name) ? first.indexOf(name) : name === anchor.entity_id ? 9 : 5);
  const ordered = [...links.entries()].sort(([a], [b]) => rank(a) - rank(b)).map(([, link]) => link);
  if (failure === undefined) return ordered;
  const name = failure.link ?? 'attestation';
  return [...ordered, { typ: typOfLink(name), iss: name, kid: '', ok: false, code: failure.code }];
}

function typOfLink(link: string): string {
  if (link === 'attestation' || link === 'evidence') return ATTESTATION_TYP;
  return link === 'statement' ? STATEMENT_TYP : ENTITY_STATEMENT_TYP;
}
