import type { z } from 'zod';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { type PassReply, passReplySchema } from '../../schemas/pass.ts';
import { type Problem, problemSchema } from '../../schemas/problem.ts';
import { retryAfterSOf } from '../../schemas/retry-after.ts';
import {
  type BatchReply,
  batchReplySchema,
  type VerificationReply,
  type VerificationRequest,
  verificationReplySchema,
} from '../../schemas/verification.ts';
import { ClientError } from './client-error.ts';
import { type Exchange, fetchBounded, type HttpReply } from './exchange.ts';
import { type VenueCredentials, VenueSession } from './venue-session.ts';

export type { Purpose } from '../../schemas/code-lists/index.ts';
export { ClientError, type ClientErrorCode } from './client-error.ts';
export type {
  BatchReply,
  Exchange,
  HttpReply,
  PassReply,
  Problem,
  VenueCredentials,
  VerificationReply,
  VerificationRequest,
};

/**
 * A venue's client: what a turnstile, a cash desk or a conductor's terminal needs, and no more. An answer is worth nothing
 * before it is verified: hand it to `verifyAnswer` of `huren/verify`.
 */
export class VenueClient {
  readonly #session: VenueSession;

  constructor(credentials: VenueCredentials, exchange: Exchange = fetchBounded) {
    this.#session = new VenueSession(credentials, exchange);
  }

  /** Asks about one code. Throws ClientError; with `refused`, `problem` says why and what to do next. */
  async verify(question: VerificationRequest): Promise<VerificationReply> {
    return answerOf(await this.#session.post('/v1/verifications', question), verificationReplySchema);
  }

  /** Up to a hundred at once: an answer or a problem for each, in their order. Throws ClientError. */
  async verifyBatch(items: readonly VerificationRequest[]): Promise<BatchReply['results']> {
    const reply = await this.#session.post('/v1/verifications/batch', { items });
    return answerOf(reply, batchReplySchema).results;
  }

  /** Asks about a code, and for a pass where the answer is one. Throws ClientError. */
  async issuePass(question: VerificationRequest): Promise<PassReply> {
    return answerOf(await this.#session.post('/v1/passes', question), passReplySchema);
  }
}

function answerOf<T extends z.ZodType>(reply: HttpReply, schema: T): z.output<T> {
  const document = jsonOrUndefined(reply.text);
  if (reply.status >= 400) throw refusalOf(reply, problemSchema.safeParse(document).data);
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new ClientError('reply_unreadable', 'the reply has not the documented form');
}

function refusalOf(reply: HttpReply, problem: Problem | undefined): ClientError {
  if (problem === undefined) return new ClientError('reply_unreadable', `HTTP ${reply.status} without problem details`);
  const retryAfterS = retryAfterSOf(reply);
  const wait = retryAfterS === null ? {} : { retryAfterS };
  return new ClientError('refused', `${problem.code}: ${problem.title}`, { problem, ...wait });
}
