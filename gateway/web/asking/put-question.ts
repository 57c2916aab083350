import { base64url } from 'jose';
import type { z } from 'zod';
import type { Purpose } from '../../../schemas/code-lists/index.ts';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { problemSchema } from '../../../schemas/problem.ts';
import { retryAfterSOf } from '../../../schemas/retry-after.ts';
import { EVERY_FORM } from '../../../schemas/token-form.ts';
import type { VerificationReply } from '../../../schemas/verification.ts';
import { type CheckedAnswer, checkAnswer } from '../../trust/check-answer.ts';
import type { OwnReply } from '../shell/own-gateway.ts';
import { type Outcome, type Problem, scanProblem } from './outcome.ts';
import type { ScannerTrust } from './scanner-trust.ts';
import type { NoAccess, VenueAccess } from './venue-access.ts';

const ANSWER_WITHIN_MS = 15_000;

/** What questions are put with, and what their answers are held against. */
export interface Asking {
  readonly trust: ScannerTrust;
  /** As whom to ask. Passes are verified whoever this page is. */
  readonly obtainAccess: () => Promise<VenueAccess | NoAccess>;
  /** Null: what the venue checks for in the first place. */
  readonly purpose: Purpose | null;
  readonly nowS: () => number;
  /** By how many seconds this clock is off, as an answer that was just signed for this very question shows. */
  readonly onClock: (aheadS: number) => void;
}

/** One question about one code: `nonce` ties its answer to it. */
export interface Question {
  readonly code: string;
  readonly purpose: Purpose;
  readonly nonce: string;
  readonly forms: typeof EVERY_FORM;
}

/** A reply, and as whom and with which nonce it was asked for. */
export interface Asked<T> {
  readonly kind: 'reply';
  readonly reply: T;
  readonly nonce: string;
  readonly access: VenueAccess;
}

/** A question with a nonce of its own. A code travels in the body alone: an address is written down on its way. */
export function questionOf(code: string, { purposes }: VenueAccess, purpose: Purpose | null): Question {
  const nonce = base64url.encode(crypto.getRandomValues(new Uint8Array(16)));
  return { code, purpose: purpose ?? purposes[0] ?? 'venue_entry', nonce, forms: EVERY_FORM };
}

/** Puts one question to a path of the gateway; `expected` is the status of a reply in the form of `schema`. */
export async function putQuestion<S extends z.ZodType>(
  path: string,
  { schema, expected }: { readonly schema: S; readonly expected: readonly number[] },
  code: string,
  { obtainAccess, purpose }: Asking,
): Promise<Asked<z.output<S>> | Problem> {
  const access = await obtainAccess();
  if (typeof access === 'string') return scanProblem(access);
  const question = questionOf(code, access, purpose);
  const read = readReply(await access.post(path, question, ANSWER_WITHIN_MS), schema, expected);
  return 'kind' in read ? read : { kind: 'reply', reply: read.document, nonce: question.nonce, access };
}

/** A reply as it is documented, or the problem that it is. */
export function readReply<S extends z.ZodType>(
  reply: OwnReply | null,
  schema: S,
  expected: readonly number[],
): { readonly document: z.output<S> } | Problem {
  if (reply === null) return scanProblem('gateway_unreachable');
  const document = jsonOrUndefined(reply.text);
  if (!expected.includes(reply.status)) {
    const problem = problemSchema.safeParse(document).data;
    if (problem === undefined) return scanProblem('reply_unreadable');
    return { kind: 'problem', ...problem, retryAfterS: retryAfterSOf(reply) ?? undefined };
  }
  const parsed = schema.safeParse(document);
  return parsed.success ? { document: parsed.data } : scanProblem('reply_unreadable');
}

/** The answer, as far as it verifies. Keys may have changed since the bundle was fetched: it is fetched again, once. */
export async function believed(
  answer: VerificationReply,
  { nonce, access }: Pick<Asked<unknown>, 'nonce' | 'access'>,
  { trust, nowS, onClock }: Asking,
): Promise<Outcome> {
  const { attestation, evidence, remedy } = answer;
  const check = () =>
    checkAnswer({ attestation, evidence, spoken: answer }, trust.answers, {
      atS: nowS(),
      audience: access.clientId,
      nonce,
    });
  let checked: CheckedAnswer = await check();
  if (!checked.verified && checked.clock_off_s === undefined && (await trust.refresh(access.destination))) {
    checked = await check();
  }
  if (!checked.verified) {
    if (checked.link === 'attestation' && checked.clock_off_s !== undefined) onClock(-checked.clock_off_s);
    return { kind: 'unverified', failure: checked };
  }
  onClock(nowS() - checked.claims.iat);
  trust.noteSigned(checked.claims.iat);
  return { kind: 'answer', claims: checked.claims, remedy };
}
