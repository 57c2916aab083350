import type { z } from 'zod';
import { CLOCK_SKEW_S } from '../../schemas/clocks.ts';
import {
  type EntityConfiguration,
  type EntityStatementClaims,
  entityConfigurationSchema,
  type SubordinateStatement,
  subordinateStatementSchema,
} from './entity-claims.ts';
import { type JwkSet, keyIdentity } from './public-key.ts';
import { type Signer, signCompact } from './signer.ts';
import type { JsonObject } from './strict-json.ts';
import { type CompactHeader, type CompactToken, keysOf, parseCompact, verifyCompact } from './strict-jws.ts';
import { requireTimely } from './token-times.ts';
import { TrustError } from './trust-error.ts';

export const ENTITY_STATEMENT_TYP = 'entity-statement+jwt';
export const MAX_ENTITY_STATEMENT_BYTES = 65_536;

export { CLOCK_SKEW_S };

const TOKEN_OPTIONS = { maxBytes: MAX_ENTITY_STATEMENT_BYTES, typ: ENTITY_STATEMENT_TYP };

/** A verified statement with the `kid` of the key that signed it. */
export interface Verified<Claims> {
  readonly kid: string;
  readonly claims: Claims;
}

/** A statement by its kind: by its issuer about itself, or about a subordinate. */
export type EntityStatement =
  | { readonly kind: 'configuration'; readonly claims: EntityConfiguration }
  | { readonly kind: 'subordinate'; readonly claims: SubordinateStatement };

/**
 * Verifies an entity's word about itself (OpenID Federation 1.0 section 3.2): the key that signed must be among `jwks`
 * (its superior's statement of its keys, or the anchor's configured ones) and among its own. Without `jwks` the result
 * is self-asserted and only good for finding its superiors. Throws a TrustError.
 */
export async function verifyEntityConfiguration(
  token: string,
  expected: { readonly entityId: string; readonly jwks?: JwkSet; readonly atS: number },
): Promise<Verified<EntityConfiguration>> {
  const jwks = expected.jwks ?? ownKeys(token);
  const { header, payload } = await verifyStatement(token, jwks, expected.atS);
  if (payload['sub'] !== expected.entityId) {
    throw new TrustError('subject_mismatch', 'the statement is about another entity');
  }
  const claims = readClaims(entityConfigurationSchema, payload);
  if (!sharesKey(claims.jwks, jwks, header)) {
    throw new TrustError('key_unknown', 'the entity does not list the key that signed its own configuration');
  }
  checkTimes(claims, expected.atS);
  return { kid: header.kid, claims };
}

/**
 * Verifies one statement above a chain's subject, where the top one may be the anchor's own configuration. Whose
 * statement it is and whom it is about is the chain's to check. Throws a TrustError.
 */
export async function verifySuperiorStatement(
  token: string,
  jwks: JwkSet,
  atS: number,
): Promise<EntityStatement & { readonly kid: string }> {
  const { header, payload } = await verifyStatement(token, jwks, atS);
  const statement = readStatement(payload);
  checkTimes(statement.claims, atS);
  return { ...statement, kid: header.kid };
}

/** Reads a statement WITHOUT verifying it: for finding superiors and explaining refusals only. Throws a TrustError. */
export function peekEntityStatement(token: string): EntityStatement {
  return readStatement(parseCompact(token, TOKEN_OPTIONS).payload);
}

/** Signs an entity configuration or a subordinate statement after checking its form. Throws `claims_invalid`. */
export async function signEntityStatement(claims: EntityStatementClaims, signer: Signer): Promise<string> {
  readStatement({ ...claims });
  return signCompact({ typ: ENTITY_STATEMENT_TYP }, { ...claims }, signer);
}

/** Refuses a statement outside its time (section 3.2): `iat` in the past within the skew, `exp` in the future. */
export function checkTimes(claims: { readonly iat: number; readonly exp: number }, atS: number): void {
  requireTimely('statement', claims, atS);
}

async function verifyStatement(token: string, jwks: JwkSet, atS: number): Promise<CompactToken> {
  const verified = await verifyCompact(token, keysOf(jwks, atS), TOKEN_OPTIONS);
  // Statements are a chain's parts, so a chain inside one is forbidden (section 4.3).
  if (verified.otherMembers.some((name) => name === 'trust_chain' || name === 'peer_trust_chain')) {
    throw new TrustError('claims_invalid', 'an entity statement must not carry a trust chain');
  }
  return verified;
}

function readStatement(payload: JsonObject): EntityStatement {
  return payload['iss'] === payload['sub']
    ? { kind: 'configuration', claims: readClaims(entityConfigurationSchema, payload) }
    : { kind: 'subordinate', claims: readClaims(subordinateStatementSchema, payload) };
}

function readClaims<Schema extends z.ZodType>(schema: Schema, payload: JsonObject): z.output<Schema> {
  // A claim named critical must be understood, and none beyond the standard's own is (section 13.4).
  if (Object.hasOwn(payload, 'crit')) {
    throw new TrustError('crit_unknown', 'the statement names claims as critical that are not known here');
  }
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.slice(0, 2).join('.') ?? '';
  throw new TrustError('claims_invalid', where === '' ? 'the claims do not fit' : `the claim ${where} does not fit`);
}

function ownKeys(token: string): JwkSet {
  return peekEntityStatement(token).claims.jwks;
}

function sharesKey(own: JwkSet, vouched: JwkSet, header: CompactHeader): boolean {
  const [mine, theirs] = [own, vouched].map((set) => set.keys.find((key) => key.kid === header.kid));
  return mine !== undefined && theirs !== undefined && keyIdentity(mine) === keyIdentity(theirs);
}
