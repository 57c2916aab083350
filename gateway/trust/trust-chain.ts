import { checkConstraints, type Metadata, resolveChainMetadata } from './chain-rules.ts';
import type { EntityConfiguration, SubordinateStatement, TrustMarkEntry } from './entity-claims.ts';
import {
  peekEntityStatement,
  type Verified,
  verifyEntityConfiguration,
  verifySuperiorStatement,
} from './entity-statement.ts';
import type { JwkSet } from './public-key.ts';
import { atLink, TrustError } from './trust-error.ts';

/** The one key set that is known out of band. */
export interface TrustAnchor {
  readonly entity_id: string;
  readonly jwks: JwkSet;
}

/** An entity as its whole chain vouches for it. */
export interface ResolvedEntity {
  readonly entityId: string;
  /** By entity type, after superiors' metadata, constraints and policies. */
  readonly metadata: Metadata;
  /** The earliest `exp` of the chain, epoch seconds: nothing learnt from the chain may be kept past it. */
  readonly expS: number;
  /** From the subject up to the anchor; `kid` names the key with which that entity signed its statement here. */
  readonly path: readonly { readonly entityId: string; readonly kid: string }[];
  /** The subject's federation keys, as its immediate superior states them. */
  readonly jwks: JwkSet;
  /** As the subject presents them: each is still to be verified. */
  readonly trustMarks: readonly TrustMarkEntry[];
}

/** Most statements in one chain, the anchor's own configuration included. */
export const MAX_CHAIN_STATEMENTS = 8;

/** An entity whose keys everything above it has vouched for. */
interface Vouched {
  readonly entityId: string;
  readonly jwks: JwkSet;
}

interface Descent {
  /** Superiors' statements from the one about the chain's subject up to the anchor's. */
  readonly links: readonly Verified<SubordinateStatement>[];
  readonly subject: Vouched;
  readonly expS: number;
}

/**
 * Validates a trust chain (OpenID Federation 1.0 section 10.2) against a known anchor at a given time. `statements`
 * are the subject's configuration, then each superior's statement about the one before, then, if wanted, the anchor's
 * configuration. Verification walks down from the anchor, so that no key is used before a superior has vouched for it.
 * Throws a TrustError whose `link` is the entity where the chain breaks.
 */
export async function validateChain(
  statements: readonly string[],
  anchor: TrustAnchor,
  atS: number,
): Promise<ResolvedEntity> {
  if (statements.length > MAX_CHAIN_STATEMENTS) throw new TrustError('chain_too_long', 'the chain is too long');
  const [subjectToken, ...superiorTokens] = statements;
  if (subjectToken === undefined) throw new TrustError('chain_broken', 'the chain is empty');
  const { links, subject, expS } = await descend(superiorTokens, anchor, atS);
  const own = await atLink(subject.entityId, () => verifySubject(subjectToken, subject, links.length === 0, atS));
  const above = links.map(({ claims }) => claims);
  checkHints(own.claims, above);
  checkConstraints(above);
  return {
    entityId: subject.entityId,
    metadata: await atLink(subject.entityId, async () => resolveChainMetadata(own.claims, above)),
    expS: Math.min(own.claims.exp, expS),
    path: [
      { entityId: subject.entityId, kid: own.kid },
      ...links.map(({ claims, kid }) => ({ entityId: claims.iss, kid })),
    ],
    jwks: subject.jwks,
    trustMarks: own.claims.trust_marks ?? [],
  };
}

async function descend(tokens: readonly string[], anchor: TrustAnchor, atS: number): Promise<Descent> {
  const links: Verified<SubordinateStatement>[] = [];
  const seen = new Set([anchor.entity_id]);
  let current: Vouched = { entityId: anchor.entity_id, jwks: anchor.jwks };
  let expS = Number.POSITIVE_INFINITY;
  for (const [index, token] of tokens.toReversed().entries()) {
    const issuer = current;
    const statement = await atLink(issuer.entityId, () => verifyLink(token, issuer, index === 0, atS));
    expS = Math.min(expS, statement.claims.exp);
    if (statement.kind === 'configuration') {
      // A pinned key may name its successor (section 11.2): who pinned the one before still verifies what the next signs.
      current = { entityId: issuer.entityId, jwks: statement.claims.jwks };
      continue;
    }
    const { sub, jwks } = statement.claims;
    if (seen.has(sub)) throw new TrustError('chain_loop', 'an entity occurs twice in the chain', { link: sub });
    seen.add(sub);
    links.unshift(statement);
    current = { entityId: sub, jwks };
  }
  return { links, subject: current, expS };
}

async function verifyLink(token: string, issuer: Vouched, isTop: boolean, atS: number) {
  const statement = await verifySuperiorStatement(token, issuer.jwks, atS).catch((error: unknown) => {
    throw explained(error, token, issuer, isTop);
  });
  if (statement.claims.iss !== issuer.entityId) throw brokenAt(isTop);
  if (statement.kind === 'configuration' && !isTop) {
    throw new TrustError('chain_broken', 'a configuration stands inside the chain');
  }
  return statement;
}

async function verifySubject(
  token: string,
  subject: Vouched,
  isTop: boolean,
  atS: number,
): Promise<Verified<EntityConfiguration>> {
  return verifyEntityConfiguration(token, { ...subject, atS }).catch((error: unknown) => {
    throw explained(error, token, subject, isTop);
  });
}

/**
 * A statement by the wrong entity usually fails as an unknown key. The issuer it claims, unverified as it is, may only
 * turn that refusal into the more telling one; a bad signature stays a bad signature.
 */
function explained(error: unknown, token: string, expected: Vouched, isTop: boolean): unknown {
  if (!(error instanceof TrustError)) return error;
  if (error.code === 'subject_mismatch') return brokenAt(isTop);
  return error.code === 'key_unknown' && !claimsToBeFrom(token, expected.entityId) ? brokenAt(isTop) : error;
}

function claimsToBeFrom(token: string, entityId: string): boolean {
  try {
    return peekEntityStatement(token).claims.iss === entityId;
  } catch {
    return true;
  }
}

function brokenAt(isTop: boolean): TrustError {
  return isTop
    ? new TrustError('anchor_unknown', 'the chain does not end at the known anchor')
    : new TrustError('chain_broken', 'the issuer is not the entity that the next statement is about');
}

/** Without the hint a superior could claim a subordinate that never joined it (section 3.2, step 7). */
function checkHints(subject: EntityConfiguration, above: readonly SubordinateStatement[]): void {
  const superior = above[0]?.iss;
  if (superior !== undefined && !subject.authority_hints?.includes(superior)) {
    throw new TrustError('chain_broken', 'the subject does not name its superior', { link: subject.sub });
  }
}
