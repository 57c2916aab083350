import { adapterIdOf } from '../../schemas/adapter-id.ts';
import { answersByDestination } from '../../schemas/driver-config.ts';
import { widestForm } from '../../schemas/token-form.ts';
import type { CacheEntry, CacheKey } from '../cache/cached-answer.ts';
import type { Position } from '../cache/invalidation.ts';
import type { Reading } from '../cache/statement-cache.ts';
import { codeUnrecognised, ProblemError } from '../problem-error.ts';
import { withholdDisclosures } from '../trust/sd-jwt.ts';
import { formOfVerified } from '../trust/status-statement.ts';
import { askProvince } from './ask-province.ts';
import type { Absent, AnswerPath, Recalled, Told, Unknowable } from './knowledge.ts';
import type { Subject } from './recognise-code.ts';
import type { RecallContext } from './verification-context.ts';

/** Nobody should have to wait for a code that their phone has just made known. */
const ABSENT_LIFE_MS = 5_000;

/**
 * Steps 4 and 5 behind the cache: what the province said within its declared freshness, else what it says now, else,
 * where it fails, what it said within its declared grace. Concurrent scans of one code are one question. At once where it
 * is remembered. Throws or rejects with ProblemError `rate_limited` and `unavailable`.
 */
export function recallAnswer(context: RecallContext, subject: Subject): Recalled | Promise<Recalled> {
  const { province, driver, freshness_s, stale_grace_s } = subject.adapter.manifest;
  const destination = answersByDestination(driver) ? subject.destination : null;
  const question = { province, adapter: subject.adapter.digest, token: subject.token, destination };
  const key = context.cache.keyOf(question, (freshness_s + stale_grace_s) * 1000);
  const known = takenBy(subject, context.cache.peek(key));
  if (known === null) {
    const flight = `${key.name} ${widestForm(subject.forms)}`;
    return context.load.whileWaiting(() => context.flights.run(flight, () => readOrAsk(context, subject, key)));
  }
  context.load.admit('repeat');
  return recalled(known, 'cached');
}

async function readOrAsk(context: RecallContext, subject: Subject, key: CacheKey): Promise<Recalled> {
  const { manifest } = subject.adapter;
  const followMs = context.answerTimes.usualMs(adapterIdOf(manifest));
  const found = context.cache.read(key, { leaseMs: manifest.upstream.timeout_ms, followMs });
  const reading = takenReading(subject, found instanceof Promise ? await found : found);
  if (reading.fresh !== null) return recalled(reading.fresh, 'cached');
  let settled = false;
  try {
    let told = await askProvince(context, subject);
    let heard = kept(context, subject, told, reading.seen);
    // What was withdrawn while the province answered is asked again: those who wait may have come after that.
    if ('answer' in heard && !context.cache.admits(heard)) {
      const seen = context.cache.position();
      told = await askProvince(context, subject);
      heard = kept(context, subject, told, seen);
    }
    if (!('answer' in heard)) return standIn(context, reading, heard) ?? { ...heard, path: 'cold' };
    context.cache.put(key, heard, reading.lease);
    settled = true;
    const answer = recalled(heard, 'cold');
    return answer.kind === 'claims' && told.kind === 'claims' && told.spoken !== undefined
      ? { ...answer, spoken: told.spoken }
      : answer;
  } catch (error) {
    // Nobody was asked: that is as if nobody had answered.
    const isUnasked = error instanceof ProblemError && error.code === 'rate_limited';
    const instead = isUnasked ? standIn(context, reading, null) : null;
    if (instead === null) throw error;
    return instead;
  } finally {
    if (!settled) context.cache.release(reading.lease);
  }
}

/** The province's answer with its limits; what nobody can tell has none, and is kept nowhere. */
function kept(context: RecallContext, subject: Subject, told: Told | Absent, seen: Position): CacheEntry | Unknowable {
  return told.kind === 'unknowable' ? told : entryOf(context, subject, told, seen);
}

function entryOf(
  context: RecallContext,
  { adapter: { manifest } }: Subject,
  told: Exclude<Told, Unknowable> | Absent,
  seen: Position,
): CacheEntry {
  const { province, freshness_s, stale_grace_s } = manifest;
  const nowMs = context.nowMs();
  if (told.kind === 'absent') {
    const untilMs = nowMs + Math.min(ABSENT_LIFE_MS, freshness_s * 1000);
    return { answer: told, province, tag: null, seen, freshUntilMs: untilMs, usableUntilMs: untilMs };
  }
  const { validUntilMs, reasons, statement, spoken: _spoken, ...claimed } = told;
  return {
    // Whoever is answered from here is a venue, or somebody on its way to one.
    answer: {
      ...claimed,
      reasons: [...reasons],
      statement: statement === null ? null : withholdDisclosures(statement),
    },
    province,
    tag: context.cache.tagOf(province, claimed.claims.handle),
    seen,
    freshUntilMs: Math.min(nowMs + freshness_s * 1000, validUntilMs),
    usableUntilMs: Math.min(nowMs + (freshness_s + stale_grace_s) * 1000, validUntilMs),
  };
}

/**
 * An earlier answer, unless it was signed in a form that the venue does not take: then the province is asked anew, and the
 * plain answer takes its place, which serves everybody.
 */
function takenBy({ forms }: Subject, entry: CacheEntry | null): CacheEntry | null {
  const statement = entry?.answer.kind === 'claims' ? entry.answer.statement : null;
  if (statement === null || widestForm(forms) === 'merkle') return entry;
  return formOfVerified(statement) === 'jws' ? entry : null;
}

function takenReading(subject: Subject, found: Reading): Reading {
  return { ...found, fresh: takenBy(subject, found.fresh), stale: takenBy(subject, found.stale) };
}

/**
 * Stale if error: an answer inside its grace stands in for a province that is away or asked too much, never for one whose
 * signature is wrong. It may have been withdrawn, or its grace have run out, while we waited. Null: there is none.
 */
function standIn(context: RecallContext, { stale }: Reading, failed: Unknowable | null): Recalled | null {
  const isForged = failed?.reasons.includes('issuer_signature_invalid') === true;
  if (stale?.answer.kind !== 'claims' || isForged) return null;
  const nowMs = context.nowMs();
  const isInGrace = nowMs < stale.usableUntilMs && context.cache.admits(stale);
  return isInGrace && isPast(stale.answer.claims.status_as_of, nowMs) ? recalled(stale, 'stale') : null;
}

/** A time that our clock has not reached yet is nobody's earlier answer. */
function isPast(asOf: string | null, nowMs: number): boolean {
  return asOf === null || Date.parse(asOf) <= nowMs;
}

function recalled({ answer }: CacheEntry, path: AnswerPath): Recalled {
  return { ...answer, path };
}

/** The province's own word that there is no such code, as a refusal. */
export function refusalOf({ why }: Absent): ProblemError {
  return why === 'expired' ? new ProblemError('code_expired') : codeUnrecognised('not_known');
}
