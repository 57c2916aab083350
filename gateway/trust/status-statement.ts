import { CLOCK_SKEW_S } from '../../schemas/clocks.ts';
import { STATEMENT_TYP, type StatementPayload, type StatusClaims } from '../../schemas/statement.ts';
import { statusSchema } from '../../schemas/status.ts';
import type { TokenForm } from '../../schemas/token-form.ts';
import { textIn } from './octets.ts';
import type { JwkSet, JwsAlg, Sm2Verifier } from './public-key.ts';
import { MAX_SD_JWT_LENGTH, readDisclosures, type SdJwtParts, splitSdJwt } from './sd-jwt.ts';
import { parseStatementClaims } from './statement-claims.ts';
import { parseStatementPayload } from './statement-payload.ts';
import { isJsonObject, type JsonObject } from './strict-json.ts';
import { type CompactToken, formInHeader, keysOf, parseCompact, parseForm, verifyWhereKnown } from './strict-jws.ts';
import { requireTimely } from './token-times.ts';
import { TrustError } from './trust-error.ts';

const STATEMENT_ALGS: readonly JwsAlg[] = ['ES256', 'EdDSA', 'SM2'];
const OPTIONS = { maxBytes: MAX_SD_JWT_LENGTH, typ: STATEMENT_TYP, algs: STATEMENT_ALGS, merkle: true } as const;

export interface StatementChecks {
  /** When the statement has to stand. */
  readonly atS: number;
  /** When its key has to stand, where that is later than the statement: the verifier's own time. */
  readonly keyAtS?: number;
  readonly sm2Verify?: Sm2Verifier;
}

export type VerifiedStatement = StatementPayload & { readonly kid: string };

/**
 * Verifies a statement as a venue gets it: the province's signature and the statement's times. `issuerKeys` are the
 * statement keys of the entity that `issuer` names. Throws TrustError; `evidence_disclosed` where a disclosure comes
 * with it, since a venue is shown none, and would hold what it may not know.
 */
export async function verifyStatement(
  sdJwt: string,
  issuer: string,
  issuerKeys: JwkSet,
  checks: StatementChecks,
): Promise<VerifiedStatement> {
  const parts = splitSdJwt(sdJwt);
  if (parts.disclosures.length > 0) throw new TrustError('evidence_disclosed', 'the statement comes with disclosures');
  return readSigned(await verifySigned(parts, issuerKeys, checks), parts, issuer, checks).payload;
}

/** As verifyStatement, and reads every disclosure; each of the claims has to be there, plain or disclosed. */
export async function discloseStatement(
  sdJwt: string,
  issuer: string,
  issuerKeys: JwkSet,
  checks: StatementChecks,
): Promise<DisclosedStatement> {
  return await discloseWhereKnown(sdJwt, issuer, issuerKeys, checks);
}

export interface DisclosedStatement {
  readonly payload: StatementPayload;
  readonly claims: StatusClaims;
}

/** The same at once, where node verifies. Throws or rejects. */
export function discloseWhereKnown(
  sdJwt: string,
  issuer: string,
  issuerKeys: JwkSet,
  checks: StatementChecks,
): DisclosedStatement | Promise<DisclosedStatement> {
  const parts = splitSdJwt(sdJwt);
  const open = (token: CompactToken) => openedFrom(token, parts, issuer, checks);
  const token = verifySigned(parts, issuerKeys, checks);
  return token instanceof Promise ? token.then(open) : open(token);
}

function openedFrom(
  token: CompactToken,
  parts: SdJwtParts,
  issuer: string,
  checks: StatementChecks,
): DisclosedStatement {
  const { payload, disclosed } = readSigned(token, parts, issuer, checks);
  const claims = parseStatementClaims(disclosed, payload);
  if (claims === null) throw new TrustError('claims_invalid', 'the disclosed claims have not the documented form');
  return { payload, claims };
}

function verifySigned(
  { jwt }: SdJwtParts,
  issuerKeys: JwkSet,
  { atS, keyAtS = atS, sm2Verify }: StatementChecks,
): CompactToken | Promise<CompactToken> {
  const options = sm2Verify === undefined ? OPTIONS : { ...OPTIONS, sm2Verify };
  return verifyWhereKnown(jwt, keysOf(issuerKeys, keyAtS), options);
}

function readSigned(
  { header, payload }: CompactToken,
  { disclosures }: SdJwtParts,
  issuer: string,
  { atS }: StatementChecks,
): { readonly payload: VerifiedStatement; readonly disclosed: JsonObject } {
  const parsed = parseStatementPayload(payload);
  if (parsed === null) throw new TrustError('claims_invalid', 'the statement has not the documented claims');
  const { iss, _sd } = parsed;
  if (iss !== issuer) throw new TrustError('issuer_mismatch', 'the statement is by another entity');
  requireTimely('statement', parsed, atS, CLOCK_SKEW_S);
  const disclosed = readDisclosures(disclosures, payload, _sd);
  return { payload: { ...parsed, kid: header.kid }, disclosed };
}

/** What a statement says to everybody, as far as an attestation repeats it. */
export type Spoken = Pick<StatementPayload, 'status' | 'status_as_of' | 'iat' | 'exp'>;

const STATUSES: ReadonlySet<unknown> = new Set(statusSchema.options);

/**
 * What a statement that was verified when it came says to everybody. It is read for every answer, so nothing that was
 * checked then is checked again: neither how it is spelt nor what else it says. Throws TrustError `claims_invalid` for
 * what is no statement at all.
 */
export function readVerified(sdJwt: string): Spoken {
  const start = sdJwt.indexOf('.') + 1;
  const said = jsonIn(sdJwt.slice(start, Math.max(start, sdJwt.indexOf('.', start))));
  if (!isSpoken(said)) throw new TrustError('claims_invalid', 'the statement has not the documented claims');
  const { status, status_as_of, iat, exp } = said;
  return { status, status_as_of, iat, exp };
}

function isSpoken(said: unknown): said is Spoken {
  if (!isJsonObject(said)) return false;
  const { status, status_as_of, iat, exp } = said;
  return (
    STATUSES.has(status) &&
    (typeof status_as_of === 'string' || status_as_of === null) &&
    typeof iat === 'number' &&
    typeof exp === 'number'
  );
}

function jsonIn(part: string): unknown {
  try {
    return JSON.parse(textIn(part));
  } catch {
    return undefined;
  }
}

/** Whose statement it claims to be, WITHOUT verifying it: for finding the chain to verify it with. Throws TrustError. */
export function issuerOf(sdJwt: string): string {
  const issuer = parseCompact(splitSdJwt(sdJwt).jwt, OPTIONS).payload['iss'];
  if (typeof issuer !== 'string') throw new TrustError('claims_invalid', 'the statement names no issuer');
  return issuer;
}

/** In which form a statement is signed that was verified when it came: its header says so. Throws TrustError. */
export function formOfVerified(sdJwt: string): TokenForm {
  return formInHeader(sdJwt.slice(0, Math.max(0, sdJwt.indexOf('.'))));
}

/** In which form it is signed, WITHOUT verifying it: for whoever takes one form alone. Throws TrustError. */
export function formOf(sdJwt: string): TokenForm {
  return parseForm(splitSdJwt(sdJwt).jwt, OPTIONS);
}
