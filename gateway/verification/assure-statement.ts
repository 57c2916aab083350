import { UpstreamError } from '../../adapters/upstream-error.ts';
import { isPossibleAsOf } from '../../schemas/as-of.ts';
import type { FailureReason, ProvinceCode, RecordReason } from '../../schemas/code-lists/index.ts';
import type { Way } from '../../schemas/manifest.ts';
import type { StatusClaims } from '../../schemas/statement.ts';
import type { Assurance } from '../../schemas/status.ts';
import { widestForm } from '../../schemas/token-form.ts';
import { formOf, issuerOf, openStatement } from '../trust/status-statement.ts';
import { TrustError } from '../trust/trust-error.ts';
import { failure, type Obtained } from './obtain-statement.ts';
import type { Subject } from './recognise-code.ts';
import { differences } from './statement-is-record.ts';
import type { IssuerKeys, RecallContext } from './verification-context.ts';

export type AssureContext = Pick<RecallContext, 'issuerKeys' | 'nodeKeys' | 'sm2Verify' | 'nowMs' | 'metrics'>;

/** Claims with what stands behind them. `statement` is null for a plain API: there is nothing to show. */
export type Assured =
  | {
      readonly kind: 'claims';
      readonly claims: StatusClaims;
      readonly localGroundOnly: boolean;
      readonly reasons: readonly RecordReason[];
      readonly assurance: Assurance;
      readonly statement: string | null;
      /** By which way the province was asked; null where nothing that it said counts. */
      readonly way: Way | null;
    }
  | { readonly kind: 'unknowable'; readonly reasons: readonly FailureReason[]; readonly assurance: 'transport' };

/** `validUntilMs`: when what vouches for the claims ends, statement or chain; infinity where nobody signed. */
export interface Assessment {
  readonly assured: Assured;
  readonly validUntilMs: number;
}

/**
 * Step 5: verifies who signed: the province's own system, or its node for a system that does not. What was signed must be
 * what the record translates to, where this node has seen the record. A bad signature or a disagreement is the province's
 * failure, and then nobody can tell.
 */
export async function assureStatement(
  context: AssureContext,
  { adapter, forms }: Subject,
  obtained: Exclude<Obtained, { kind: 'absent' }>,
): Promise<Assessment> {
  if (obtained.kind === 'unknowable') {
    return unsigned({ kind: 'unknowable', reasons: obtained.reasons, assurance: 'transport' });
  }
  const { province, reply } = adapter.manifest;
  try {
    if (obtained.statement !== null && widestForm(forms) === 'jws' && formOf(obtained.statement) !== 'jws') {
      throw new UpstreamError('malformed', 'the statement is in a form that was not asked for');
    }
    if (obtained.kind === 'stated') return await assureStated(context, adapter, obtained);
    const { statement, translation } = obtained;
    if (statement === null) {
      return unsigned({ kind: 'claims', ...translation, assurance: 'transport', statement: null, way: 'direct' });
    }
    const { claims, validUntilMs } = await signedClaims(context, statement, keysOfProvince(context, province));
    if (!isTimely(context, claims)) return untimely(claims);
    const [different] = differences(claims, translation.claims, reply);
    if (different !== undefined) {
      throw new UpstreamError('statement_mismatch', `the signed statement and the record differ in ${different}`);
    }
    return {
      assured: { kind: 'claims', ...translation, claims, assurance: 'province-signed', statement, way: 'direct' },
      validUntilMs,
    };
  } catch (error) {
    const failed = error instanceof TrustError ? untrusted(error) : error;
    if (!(failed instanceof UpstreamError)) throw failed;
    return unsigned({ kind: 'unknowable', reasons: failure(context, province, failed), assurance: 'transport' });
  }
}

/** The node has seen the record and we have not: what its statement says is all that is known. */
async function assureStated(
  context: AssureContext,
  { manifest: { province, node } }: Subject['adapter'],
  { statement, reasons, localGroundOnly, way }: Extract<Obtained, { kind: 'stated' }>,
): Promise<Assessment> {
  const isByNode = node !== undefined && issuerOf(statement) === node;
  const keys: ReadKeys = isByNode
    ? (reread) => context.nodeKeys(node, province, reread)
    : keysOfProvince(context, province);
  const { claims, validUntilMs } = await signedClaims(context, statement, keys);
  if (!isTimely(context, claims)) return untimely(claims);
  const assurance = isByNode ? 'node-signed' : 'province-signed';
  return {
    assured: { kind: 'claims', claims, reasons, localGroundOnly, assurance, statement, way },
    validUntilMs,
  };
}

function isTimely({ nowMs }: AssureContext, { status_as_of }: StatusClaims): boolean {
  return status_as_of === null || isPossibleAsOf(Date.parse(status_as_of) / 1000, nowMs() / 1000);
}

/**
 * A signature does not make a time possible: what was stated as of then is as good as not stated, whoever signed it, so
 * that no pass, table or substantiation is built on it. It is an answer all the same, and no failure to ask again for.
 */
function untimely({ handle }: StatusClaims): Assessment {
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

async function signedClaims(
  context: AssureContext,
  statement: string,
  keys: ReadKeys,
): Promise<{ readonly claims: StatusClaims; readonly validUntilMs: number }> {
  const checks = { atS: Math.floor(context.nowMs() / 1000), sm2Verify: context.sm2Verify };
  const open = async (reread?: 'reread') => {
    const issuer = await keys(reread);
    const { claims, payload } = await openStatement(statement, issuer.entityId, issuer.jwks, checks);
    return { claims, validUntilMs: Math.min(payload.exp, issuer.expS) * 1000 };
  };
  return await open().catch((error: unknown) => {
    // Whoever signed may have rotated its key since its chain was read, or have had none then.
    if (error instanceof TrustError && (error.code === 'key_unknown' || error.code === 'invalid_metadata')) {
      return open('reread');
    }
    throw error;
  });
}

function unsigned(assured: Assured): Assessment {
  return { assured, validUntilMs: Number.POSITIVE_INFINITY };
}

function untrusted(error: TrustError): UpstreamError {
  if (error.code === 'fetch_failed') {
    return new UpstreamError('connect_failed', "the province's chain cannot be fetched", { cause: error });
  }
  return new UpstreamError('signature', "the province's statement does not verify", { cause: error });
}
