import {
  MAX_STATEMENT_ANSWER_LENGTH,
  STATEMENT_ANSWER_LIFETIME_S,
  STATEMENT_ANSWER_TYP,
  type StatementAnswer,
  type StatementReply,
  type StatementRequest,
  statementAnswerSchema,
} from '../../schemas/statement-exchange.ts';
import { PLAIN_FORM } from '../../schemas/token-form.ts';
import { CLOCK_SKEW_S } from './entity-statement.ts';
import type { JwkSet } from './public-key.ts';
import { sha256Base64url } from './sha256.ts';
import type { SignToken } from './signer.ts';
import { keysOf, verifyCompact } from './strict-jws.ts';
import { requireTimely } from './token-times.ts';
import { TrustError } from './trust-error.ts';

/** What an answer has to be an answer to. */
export interface AskedQuestion {
  readonly issuer: string;
  readonly gateway: string;
  readonly request: StatementRequest;
}

/** The name of a question that its answer repeats. No nonce, purpose or form has a space in it, so nothing can be shifted. */
export function questionDigest({ nonce, purpose, forms, code, reference }: StatementRequest): string {
  const taken = (forms ?? PLAIN_FORM).join('+');
  const about = code === undefined ? `reference ${reference}` : `code ${code}`;
  return sha256Base64url(`${nonce} ${purpose} ${taken} ${about}`);
}

/** The name of a statement, disclosures included, that its answer carries. */
export function statementDigest(statement: string): string {
  return sha256Base64url(statement);
}

/** Signs an answer in the issuer's name. */
export function signStatementAnswer(claims: StatementAnswer, sign: SignToken): string | Promise<string> {
  return sign({ typ: STATEMENT_ANSWER_TYP }, claims);
}

/**
 * Reads an answer: by that issuer, for this gateway, to this very question, now, and with the statement that it names.
 * Whoever stands between can therefore neither turn one outcome into another nor bring up an older one. Throws TrustError.
 */
export async function verifyStatementAnswer(
  { answer, statement }: StatementReply,
  asked: AskedQuestion,
  keys: JwkSet,
  atS: number,
): Promise<StatementAnswer> {
  const { payload } = await verifyCompact(answer, keysOf(keys, atS), {
    maxBytes: MAX_STATEMENT_ANSWER_LENGTH,
    typ: STATEMENT_ANSWER_TYP,
    merkle: true,
  });
  const parsed = statementAnswerSchema.safeParse(payload);
  if (!parsed.success) throw new TrustError('claims_invalid', 'the answer has not the documented claims');
  const claims = parsed.data;
  if (claims.iss !== asked.issuer) throw new TrustError('issuer_mismatch', 'the answer is by another entity');
  if (claims.aud !== asked.gateway) throw new TrustError('audience_mismatch', 'the answer is for another gateway');
  if (claims.nonce !== asked.request.nonce || claims.question !== questionDigest(asked.request)) {
    throw new TrustError('evidence_mismatch', 'the answer is to another question');
  }
  checkTimes(claims, atS);
  const named = claims.outcome === 'statement' ? claims.statement_digest : undefined;
  const given = statement === undefined ? undefined : statementDigest(statement);
  if (named !== given) throw new TrustError('evidence_mismatch', 'the statement is not the one that the answer names');
  return claims;
}

function checkTimes({ iat, exp }: StatementAnswer, atS: number): void {
  if (exp <= iat || exp - iat > STATEMENT_ANSWER_LIFETIME_S) {
    throw new TrustError('claims_invalid', 'the answer lives too long');
  }
  requireTimely('answer', { iat, exp }, atS, CLOCK_SKEW_S);
}
