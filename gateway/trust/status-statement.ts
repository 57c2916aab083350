import {
  STATEMENT_TYP,
  type StatementPayload,
  type StatusClaims,
  statementPayloadSchema,
  statusClaimsSchema,
} from '../../schemas/statement.ts';
import type { TokenForm } from '../../schemas/token-form.ts';
import { CLOCK_SKEW_S } from './entity-statement.ts';
import type { JwkSet, JwsAlg, Sm2Verifier } from './public-key.ts';
import { sha256Base64url } from './sha256.ts';
import { decodeBase64url, type JsonObject, parseStrictObject } from './strict-json.ts';
import { type CompactToken, keysOf, parseCompact, verifyCompact } from './strict-jws.ts';
import { requireTimely } from './token-times.ts';
import { TrustError } from './trust-error.ts';

/** Longest statement accepted, disclosures included, in characters. */
export const MAX_STATEMENT_LENGTH = 16_384;
const MAX_DISCLOSURES = 8;
const OPENING = new TextEncoder().encode('{"d":');
const CLOSING = 0x7d;
const STATEMENT_ALGS: readonly JwsAlg[] = ['ES256', 'EdDSA', 'SM2'];

export interface StatementChecks {
  /** When the statement has to stand. */
  readonly atS: number;
  /** When its key has to stand, where that is later than the statement: the verifier's own time. */
  readonly keyAtS?: number;
  readonly sm2Verify?: Sm2Verifier;
}

/** The statement as a venue gets it: the province's signature stands, and nothing is disclosed (RFC 9901). */
export function withholdDisclosures(sdJwt: string): string {
  return `${splitStatement(sdJwt).jwt}~`;
}

/**
 * Verifies the province's signature and the times of a status statement, disclosed or not. `issuerKeys` are the
 * statement keys of the entity that `issuer` names. Throws TrustError.
 */
export async function verifyStatement(
  sdJwt: string,
  issuer: string,
  issuerKeys: JwkSet,
  checks: StatementChecks,
): Promise<StatementPayload & { readonly kid: string }> {
  const { jwt } = splitStatement(sdJwt);
  const { header, payload } = await verifyCompact(jwt, keysOf(issuerKeys, checks.keyAtS ?? checks.atS), {
    maxBytes: MAX_STATEMENT_LENGTH,
    typ: STATEMENT_TYP,
    merkle: true,
    algs: checks.sm2Verify === undefined ? ['ES256', 'EdDSA'] : STATEMENT_ALGS,
    ...(checks.sm2Verify === undefined ? {} : { sm2Verify: checks.sm2Verify }),
  });
  const parsed = statementPayloadSchema.safeParse(payload);
  if (!parsed.success) throw new TrustError('claims_invalid', 'the statement has not the documented claims');
  if (parsed.data.iss !== issuer) throw new TrustError('issuer_mismatch', 'the statement is by another entity');
  requireTimely('statement', parsed.data, checks.atS, CLOCK_SKEW_S);
  return { ...parsed.data, kid: header.kid };
}

/** As verifyStatement, and opens every disclosure. Throws `disclosure_unbound` where one is not in the signed digests. */
export async function openStatement(
  sdJwt: string,
  issuer: string,
  issuerKeys: JwkSet,
  checks: StatementChecks,
): Promise<{ readonly payload: StatementPayload; readonly claims: StatusClaims }> {
  const payload = await verifyStatement(sdJwt, issuer, issuerKeys, checks);
  const disclosed = await openDisclosures(splitStatement(sdJwt).disclosures, payload._sd);
  const claims = statusClaimsSchema.safeParse({
    ...disclosed,
    status: payload.status,
    status_as_of: payload.status_as_of,
  });
  if (!claims.success) throw new TrustError('claims_invalid', 'the disclosed claims have not the documented form');
  return { payload, claims: claims.data };
}

/** Whose statement it claims to be, WITHOUT verifying it: for finding the chain to verify it with. Throws TrustError. */
export function issuerOf(sdJwt: string): string {
  const issuer = parseStatement(sdJwt).payload['iss'];
  if (typeof issuer !== 'string') throw new TrustError('claims_invalid', 'the statement names no issuer');
  return issuer;
}

/** In which form it is signed, WITHOUT verifying it: for whoever takes one form alone. Throws TrustError. */
export function formOf(sdJwt: string): TokenForm {
  return parseStatement(sdJwt).form;
}

function parseStatement(sdJwt: string): CompactToken {
  const options = { maxBytes: MAX_STATEMENT_LENGTH, typ: STATEMENT_TYP, algs: STATEMENT_ALGS, merkle: true } as const;
  return parseCompact(splitStatement(sdJwt).jwt, options);
}

function splitStatement(sdJwt: string): { jwt: string; disclosures: string[] } {
  if (sdJwt.length > MAX_STATEMENT_LENGTH) throw new TrustError('token_too_large', 'the statement is too large');
  const parts = sdJwt.split('~');
  const jwt = parts.shift();
  // The last part is where a key binding would stand; a statement about a person is bound to no holder's key.
  const last = parts.pop();
  if (jwt === undefined || last !== '' || parts.length > MAX_DISCLOSURES) {
    throw new TrustError('token_malformed', 'the statement is no SD-JWT without key binding');
  }
  return { jwt, disclosures: parts };
}

async function openDisclosures(disclosures: readonly string[], digests: readonly string[]): Promise<JsonObject> {
  const opened = new Map<string, unknown>();
  for (const disclosure of disclosures) {
    if (!digests.includes(await sha256Base64url(disclosure))) {
      throw new TrustError('disclosure_unbound', 'a disclosure is not among the signed digests');
    }
    const { name, value } = readDisclosure(disclosure);
    if (opened.has(name)) throw new TrustError('duplicate_member', 'a claim is disclosed twice');
    opened.set(name, value);
  }
  return Object.fromEntries(opened);
}

/** `[salt, name, value]`, wrapped into an object so that the one strict JSON reader reads it. */
function readDisclosure(disclosure: string): { name: string; value: unknown } {
  const array = decodeBase64url(disclosure);
  const wrapped = new Uint8Array(OPENING.byteLength + array.byteLength + 1);
  wrapped.set(OPENING);
  wrapped.set(array, OPENING.byteLength);
  wrapped[wrapped.byteLength - 1] = CLOSING;
  const { d: triple, ...more } = parseStrictObject(wrapped);
  const [salt, name, value, ...rest] = Array.isArray(triple) ? triple : [];
  if (typeof salt !== 'string' || typeof name !== 'string' || value === undefined || rest.length > 0) {
    throw new TrustError('token_malformed', 'a disclosure is not [salt, name, value]');
  }
  if (Object.keys(more).length > 0) throw new TrustError('token_malformed', 'a disclosure is more than one value');
  return { name, value };
}
