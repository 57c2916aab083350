import type { Translation } from '../../adapters/translate.ts';
import { UpstreamError } from '../../adapters/upstream-error.ts';
import { isPossibleAsOf } from '../../schemas/as-of.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { StatusClaims } from '../../schemas/statement.ts';
import { widestForm } from '../../schemas/token-form.ts';
import { formOf, issuerOf, openStatement } from '../trust/status-statement.ts';
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
type Stated = Extract<ProvinceAnswer, { kind: 'stated' }>;

/**
 * Step 5: verifies who signed: the province's own system, or its node for a system that does not. What was signed must be
 * what the record translates to, where this node has seen the record. A bad signature or a disagreement is the province's
 * failure, and then nobody can tell.
 */
export async function assureStatement(
  context: AssureContext,
  { adapter, forms }: Subject,
  answer: Found | Stated,
): Promise<Told> {
  const { province } = adapter.manifest;
  try {
    if (answer.statement !== null && widestForm(forms) === 'jws' && formOf(answer.statement) !== 'jws') {
      throw new UpstreamError('malformed', 'the statement is in a form that was not asked for');
    }
    if (answer.kind === 'found') countUnmapped(context, province, answer);
    const nowMs = context.nowMs();
    if (answer.kind === 'stated') return await assureStated(context, adapter, answer, nowMs);
    const { statement, translation } = answer;
    return statement === null
      ? transported(translation)
      : await assureSigned(context, adapter, { statement, translation }, nowMs);
  } catch (error) {
    const failure = error instanceof TrustError ? untrusted(error) : error;
    if (!(failure instanceof UpstreamError)) throw failure;
    return failed(context, province, failure);
  }
}

function countUnmapped({ metrics }: AssureContext, issuer: ProvinceCode, { translation }: Found): void {
  for (const field of translation.unmapped) metrics.unmappedValues.inc({ issuer, field });
}

/** A plain API's word, which nobody signed. */
function transported({ unmapped: _unmapped, ...translation }: Translation): Told {
  return unsigned({ kind: 'claims', ...translation, assurance: 'transport', statement: null, way: 'direct' });
}

/** Its own system's signed word. */
async function assureSigned(
  context: AssureContext,
  { manifest: { province, reply } }: Subject['adapter'],
  {
    statement,
    translation: { unmapped: _unmapped, ...translation },
  }: { readonly statement: string; readonly translation: Translation },
  nowMs: number,
): Promise<Told> {
  const { claims, validUntilMs } = await signedClaims(context, statement, keysOfProvince(context, province), nowMs);
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
    way: 'direct',
    validUntilMs,
  };
}

/** The node has seen the record and we have not: what its statement says is all that is known. */
async function assureStated(
  context: AssureContext,
  { manifest: { province, node } }: Subject['adapter'],
  { statement, reasons, localGroundOnly, way }: Stated,
  nowMs: number,
): Promise<Told> {
  const isByNode = node !== undefined && issuerOf(statement) === node;
  const keys: ReadKeys = isByNode
    ? (reread) => context.nodeKeys(node, province, reread)
    : keysOfProvince(context, province);
  const { claims, validUntilMs } = await signedClaims(context, statement, keys, nowMs);
  if (!isTimely(claims, nowMs)) return untimely(claims);
  const assurance = isByNode ? 'node-signed' : 'province-signed';
  return { kind: 'claims', claims, reasons, localGroundOnly, assurance, statement, way, validUntilMs };
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

type ReadKeys = (reread?: 'reread') => Promise<IssuerKeys>;

function keysOfProvince(context: AssureContext, province: ProvinceCode): ReadKeys {
  return (reread) => context.issuerKeys(province, reread);
}

interface Signed {
  readonly claims: StatusClaims;
  readonly validUntilMs: number;
}

function signedClaims(context: AssureContext, statement: string, keys: ReadKeys, nowMs: number): Promise<Signed> {
  const checks = { atS: Math.floor(nowMs / 1000), sm2Verify: context.sm2Verify };
  const open = async (reread?: 'reread'): Promise<Signed> => {
    const issuer = await keys(reread);
    const { claims, payload } = await openStatement(statement, issuer.entityId, issuer.jwks, checks);
    return { claims, validUntilMs: Math.min(payload.exp, issuer.expS) * 1000 };
  };
  return open().catch((error: unknown) => {
    // Whoever signed may have rotated its key since its chain was read, or have had none then.
    const mayBeNew = error instanceof TrustError && (error.code === 'key_unknown' || error.code === 'invalid_metadata');
    if (mayBeNew) return open('reread');
    throw error;
  });
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
