import { CodedError } from '../../schemas/coded-error.ts';
import type { Problem } from '../../schemas/problem.ts';

/** Why a venue got no answer: closed. `refused`: the gateway answered with a problem. */
export type ClientErrorCode = 'setting_invalid' | 'unreachable' | 'reply_unreadable' | 'token_refused' | 'refused';

interface Options {
  readonly cause?: unknown;
  readonly problem?: Problem;
  readonly retryAfterS?: number;
}

/** What a venue's client throws. The message never repeats a code, a token or a secret. */
export class ClientError extends CodedError<ClientErrorCode> {
  override readonly name = 'ClientError';
  /** With `refused`: the gateway's own words (RFC 9457), with a closed `code` and what to do next. */
  readonly problem?: Problem;
  /** After how many seconds to ask again, in whole ones and an hour at most, where the gateway says so. */
  readonly retryAfterS?: number;

  constructor(code: ClientErrorCode, detail: string, { cause, problem, retryAfterS }: Options = {}) {
    super(code, detail, { cause });
    if (problem !== undefined) this.problem = problem;
    if (retryAfterS !== undefined) this.retryAfterS = retryAfterS;
  }
}
