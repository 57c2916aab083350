import { widestForm } from '../../schemas/token-form.ts';
import type { CacheEntry, CacheKey } from '../cache/cached-answer.ts';
import type { Position } from '../cache/invalidation.ts';
import type { Reading } from '../cache/statement-cache.ts';
import { codeUnrecognised, ProblemError } from '../problem-error.ts';
import { formOf } from '../trust/status-statement.ts';
import { type Assured, assureStatement } from './assure-statement.ts';
import { obtainStatement } from './obtain-statement.ts';
import type { Subject } from './recognise-code.ts';
import type { RecallContext } from './verification-context.ts';

/** Where an answer came from: the province, a cache, or a cache after the province failed. */
export type AnswerPath = 'cold' | 'cached' | 'stale';

/** An assured answer, and whether it is an earlier one that stands in for a province that cannot answer. */
export type Recalled = Assured & { readonly path: AnswerPath };

/** Nobody should have to wait for a code that their phone has just made known. */
const ABSENT_LIFE_MS = 5_000;

/**
 * Steps 4 and 5 behind the cache: what the province said within its declared freshness, else what it says now, else,
 * where it fails, what it said within its declared grace. Concurrent scans of one code are one question. Throws
 * ProblemError `code_expired` or `code_unrecognised` where the province answered that there is no such code.
 */
export async function recallAnswer(context: RecallContext, subject: Subject): Promise<Recalled> {
  const { province, freshness_s, stale_grace_s } = subject.adapter.manifest;
  const question = { province, adapter: subject.adapter.digest, token: subject.token };
  const key = context.cache.keyOf(question, (freshness_s + stale_grace_s) * 1000);
  const known = takenBy(subject, context.cache.peek(key));
  if (known === null) {
    const flight = `${key.name} ${widestForm(subject.forms)}`;
    return await context.load.whileWaiting(() => context.flights.run(flight, () => readOrAsk(context, subject, key)));
  }
  context.load.admit('repeat');
  return answerOf(known, 'cached');
}

async function readOrAsk(context: RecallContext, subject: Subject, key: CacheKey): Promise<Recalled> {
  const { province, upstream } = subject.adapter.manifest;
  const followMs = context.answerTimes.usualMs(province);
  const found = await context.cache.read(key, { leaseMs: upstream.timeout_ms, followMs });
  const reading = { ...found, fresh: takenBy(subject, found.fresh), stale: takenBy(subject, found.stale) };
  if (reading.fresh !== null) return answerOf(reading.fresh, 'cached');
  const unasked = context.provinceLimit.take(province);
  if (unasked !== null) return standIn(context, reading, new ProblemError('rate_limited', undefined, unasked));
  let settled = false;
  try {
    let asked = await ask(context, subject, reading.seen);
    // What was withdrawn while the province answered is asked again: those who wait may have come after that.
    if (asked.entry !== null && !context.cache.admits(asked.entry)) {
      asked = await ask(context, subject, context.cache.position());
    }
    if (asked.entry === null) return standIn(context, reading, asked.failed);
    context.cache.put(key, asked.entry, reading.lease);
    settled = true;
    return answerOf(asked.entry, 'cold');
  } finally {
    if (!settled) context.cache.release(reading.lease);
  }
}

type Failed = Extract<Assured, { kind: 'unknowable' }>;
type Asked = { readonly entry: CacheEntry; readonly failed: null } | { readonly entry: null; readonly failed: Failed };

async function ask(context: RecallContext, subject: Subject, seen: Position): Promise<Asked> {
  const { province, freshness_s, stale_grace_s } = subject.adapter.manifest;
  const started = performance.now();
  const obtained = await obtainStatement(context, subject);
  context.answerTimes.note(province, performance.now() - started);
  const nowMs = context.nowMs();
  if (obtained.kind === 'absent') {
    const untilMs = nowMs + Math.min(ABSENT_LIFE_MS, freshness_s * 1000);
    const answer = { kind: 'absent', why: obtained.why } as const;
    const limits = { province, tag: null, seen, freshUntilMs: untilMs, usableUntilMs: untilMs };
    return { entry: { answer, ...limits }, failed: null };
  }
  const { assured, validUntilMs } = await assureStatement(context, subject, obtained);
  if (assured.kind === 'unknowable') return { entry: null, failed: assured };
  const { handle } = assured.claims;
  const answer = { ...assured, reasons: [...assured.reasons] };
  const freshUntilMs = Math.min(nowMs + freshness_s * 1000, validUntilMs);
  const usableUntilMs = Math.min(nowMs + (freshness_s + stale_grace_s) * 1000, validUntilMs);
  const tag = context.cache.tagOf(province, handle);
  return { entry: { answer, province, tag, seen, freshUntilMs, usableUntilMs }, failed: null };
}

/**
 * An earlier answer, unless it was signed in a form that the venue does not take: then the province is asked anew, and the
 * plain answer takes its place, which serves everybody.
 */
function takenBy({ forms }: Subject, entry: CacheEntry | null): CacheEntry | null {
  const statement = entry?.answer.kind === 'claims' ? entry.answer.statement : null;
  if (statement === null || widestForm(forms) === 'merkle') return entry;
  return formOf(statement) === 'jws' ? entry : null;
}

/**
 * Stale if error: an answer inside its grace stands in for a province that is away, never for one whose signature is
 * wrong. It may have been withdrawn, or its grace have run out, while we waited.
 */
function standIn(context: RecallContext, { stale }: Reading, failed: Failed | ProblemError): Recalled {
  const isForged = !(failed instanceof ProblemError) && failed.reasons.includes('issuer_signature_invalid');
  if (stale?.answer.kind === 'claims' && !isForged) {
    const nowMs = context.nowMs();
    const isInGrace = nowMs < stale.usableUntilMs && context.cache.admits(stale);
    if (isInGrace && isPast(stale.answer.claims.status_as_of, nowMs)) return answerOf(stale, 'stale');
  }
  if (failed instanceof ProblemError) throw failed;
  return { ...failed, path: 'cold' };
}

/** A time that our clock has not reached yet is nobody's earlier answer. */
function isPast(asOf: string | null, nowMs: number): boolean {
  return asOf === null || Date.parse(asOf) <= nowMs;
}

function answerOf({ answer }: CacheEntry, path: AnswerPath): Recalled {
  if (answer.kind === 'claims') return { ...answer, path };
  throw absent(answer.why);
}

/** The province's own word that there is no such code, as a refusal. */
export function absent(why: 'expired' | 'unknown'): ProblemError {
  return why === 'expired' ? new ProblemError('code_expired') : codeUnrecognised('not_known');
}
