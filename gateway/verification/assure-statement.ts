import type { Translation } from '../../adapters/translate.ts';
import { UpstreamError } from '../../adapters/upstream-error.ts';
import { isPossibleAsOf } from '../../schemas/as-of.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { ReplyTables } from '../../schemas/manifest.ts';
import type { StatusClaims } from '../../schemas/statement.ts';
import { widestForm } from '../../schemas/token-form.ts';
import {
  type DisclosedStatement,
  discloseWhereKnown,
  formOf,
  issuerOf,
  type Spoken,
} from '../trust/status-statement.ts';
import { TrustError } from '../trust/trust-error.ts';
import type { ProvinceAnswer } from '../upstream/question.ts';
import type { Claimed, Told } from './knowledge.ts';
import type { Subject } from './recognise-code.ts';
import { differences } from './statement-is-record.ts';
import { failed } from './unknowable.ts';
import type { AskContext, IssuerKeys } from './verification-context.ts';

export type AssureContext = Pick<AskContext, 'issuerKeys' | 'nodeKeys' | 'sm2Verify' | 'nowMs' | 'metrics'>;

/** The province's own system's word on a record, or its node's. */
type Found = Extract<ProvinceAnswer, { kind: 'found' }>;
type SignedRecord = Pick<Found, 'translation'> & { readonly statement: string };
type Stated = Extract<ProvinceAnswer, { kind: 'stated' }>;

/**
 * Step 5: verifies who signed: the province's own system, or its node for a system that does not. What was signed must be
 * what the record translates to, where this node has seen the record. A bad signature or a disagreement is the province's
 * failure, and then nobody can tell.
 */
export function assureStatement(
  context: AssureContext,
  subject: Subject,
  answer: Found | Stated,
): Told | Promise<Told> {
  const { province } = subject.adapter.manifest;
  const failure = (error: unknown): Told => {
    const known = error instanceof TrustError ? untrusted(error) : error;
    if (!(known instanceof UpstreamError)) throw known;
    return failed(context, province, known);
  };
  try {
    const told = assured(context, subject, answer);
    return told instanceof Promise ? told.catch(failure) : told;
  } catch (error) {
    return failure(error);
  }
}

/** Throws or rejects with TrustError and UpstreamError. */
function assured(context: AssureContext, { adapter, forms }: Subject, answer: Found | Stated): Told | Promise<Told> {
  if (answer.statement !== null && widestForm(forms) === 'jws' && formOf(answer.statement) !== 'jws') {
    throw new UpstreamError('malformed', 'the statement is in a form that was not asked for');
  }
  if (answer.kind === 'found') countUnmapped(context, adapter.manifest.province, answer);
  const nowMs = context.nowMs();
  if (answer.kind === 'stated') return assureStated(context, adapter, answer, nowMs);
  const { statement, translation } = answer;
  return statement === null
    ? transported(translation)
    : assureSigned(context, adapter, { statement, translation }, nowMs);
}

function countUnmapped({ metrics }: AssureContext, issuer: ProvinceCode, { translation }: Found): void {
  for (const field of translation.unmapped) metrics.unmappedValues.inc({ issuer, field });
}

/** A plain API's word, which nobody signed. */
function transported({ unmapped: _unmapped, ...translation }: Translation): Told {
  return unsigned({ kind: 'claims', ...translation, assurance: 'transport', statement: null, way: 'direct' });
}

/** Its own system's signed word. */
function assureSigned(
  context: AssureContext,
  { manifest: { province, reply } }: Subject['adapter'],
  found: SignedRecord,
  nowMs: number,
): Told | Promise<Told> {
  const signed = signedClaims(context, found.statement, keysOfProvince(context, province), nowMs);
  const held = (late: Signed) => heldAgainst(late, found, reply, nowMs);
  return signed instanceof Promise ? signed.then(held) : held(signed);
}

/** What its system signed, held against the record that it showed. Throws UpstreamError `statement_mismatch`. */
function heldAgainst(
  { claims, spoken, validUntilMs }: Signed,
  { statement, translation: { unmapped: _unmapped, ...translation } }: SignedRecord,
  reply: ReplyTables,
  nowMs: number,
): Told {
  if (!isTimely(claims, nowMs)) return untimely(claims);
  const [different] = differences(claims, translation.claims, reply);
  if (different !== undefined) {
    throw new UpstreamError('statement_mismatch', `the signed statement and the record differ in ${different}`);
  }
  return {
    kind: 'claims',
    ...translation,
    claims,
    assurance: 'province-signed',
    statement,
    spoken,
    way: 'direct',
    validUntilMs,
  };
}

/** The node has seen the record and we have not: what its statement says is all that is known. */
function assureStated(
  context: AssureContext,
  { manifest: { province, node } }: Subject['adapter'],
  { statement, reasons, localGroundOnly, way }: Stated,
  nowMs: number,
): Told | Promise<Told> {
  const isByNode = node !== undefined && issuerOf(statement) === node;
  const keys: ReadKeys = isByNode
    ? (reread) => context.nodeKeys(node, province, reread)
    : keysOfProvince(context, province);
  const assurance = isByNode ? 'node-signed' : 'province-signed';
  const told = ({ claims, spoken, validUntilMs }: Signed): Told =>
    isTimely(claims, nowMs)
      ? { kind: 'claims', claims, reasons, localGroundOnly, assurance, statement, spoken, way, validUntilMs }
      : untimely(claims);
  const signed = signedClaims(context, statement, keys, nowMs);
  return signed instanceof Promise ? signed.then(told) : told(signed);
}

function isTimely({ status_as_of }: StatusClaims, nowMs: number): boolean {
  return status_as_of === null || isPossibleAsOf(Date.parse(status_as_of) / 1000, nowMs / 1000);
}

/**
 * A signature does not make a time possible: what was stated as of then is as good as not stated, whoever signed it, so
 * that no pass, table or substantiation is built on it. It is an answer all the same, and no failure to ask again for.
 */
function untimely({ handle }: StatusClaims): Told {
  return unsigned({
    kind: 'claims',
    claims: { status: 'indeterminate', status_as_of: null, ground: [], provenance: null, handle, flags: [] },
    localGroundOnly: false,
    reasons: ['as_of_impossible'],
    assurance: 'transport',
    statement: null,
    way: null,
  });
}

type ReadKeys = (reread?: 'reread') => IssuerKeys | Promise<IssuerKeys>;

function keysOfProvince(context: AssureContext, province: ProvinceCode): ReadKeys {
  return (reread) => context.issuerKeys(province, reread);
}

interface Signed {
  readonly claims: StatusClaims;
  readonly spoken: Spoken;
  readonly validUntilMs: number;
}

/** At once where nobody has to be waited for. Throws or rejects with TrustError. */
function signedClaims(
  context: AssureContext,
  statement: string,
  keys: ReadKeys,
  nowMs: number,
): Signed | Promise<Signed> {
  const checks = { atS: Math.floor(nowMs / 1000), sm2Verify: context.sm2Verify };
  const discloseBy = (issuer: IssuerKeys): Signed | Promise<Signed> => {
    const limited = ({ claims, payload }: DisclosedStatement): Signed => {
      return { claims, spoken: payload, validUntilMs: Math.min(payload.exp, issuer.expS) * 1000 };
    };
    const opened = discloseWhereKnown(statement, issuer.entityId, issuer.jwks, checks);
    return opened instanceof Promise ? opened.then(limited) : limited(opened);
  };
  const again = async (error: unknown): Promise<Signed> => {
    // Whoever signed may have rotated its key since its chain was read, or have had none then.
    const mayBeNew = error instanceof TrustError && (error.code === 'key_unknown' || error.code === 'invalid_metadata');
    if (mayBeNew) return await discloseBy(await keys('reread'));
    throw error;
  };
  try {
    const issuer = keys();
    const signed = issuer instanceof Promise ? issuer.then(discloseBy) : discloseBy(issuer);
    return signed instanceof Promise ? signed.catch(again) : signed;
  } catch (error) {
    return again(error);
  }
}

function unsigned(claimed: Claimed): Told {
  return { ...claimed, validUntilMs: Number.POSITIVE_INFINITY };
}

function untrusted(error: TrustError): UpstreamError {
  if (error.code === 'fetch_failed') {
    return new UpstreamError('connect_failed', "the province's chain cannot be fetched", { cause: error });
  }
  return new UpstreamError('signature', "the province's statement does not verify", { cause: error });
}
