import type { AccessReason } from '../schemas/access-reason.ts';
import { CodedError } from '../schemas/coded-error.ts';
import {
  PROBLEMS,
  type Problem,
  type ProblemCode,
  UNRECOGNISED_KINDS,
  type UnrecognisedKind,
} from '../schemas/problem.ts';

/** A client's fault or a refusal, on its way to become problem details. `detail` never repeats what the client sent. */
export class ProblemError extends CodedError<ProblemCode> {
  override readonly name = 'ProblemError';
  readonly headers: Readonly<Record<string, string>>;
  readonly detail: string | undefined;
  readonly reason: AccessReason | undefined;
  constructor(
    code: ProblemCode,
    detail?: string,
    headers: Readonly<Record<string, string>> = {},
    reason?: AccessReason,
  ) {
    super(code, detail ?? PROBLEMS[code].en);
    this.detail = detail;
    this.headers = headers;
    this.reason = reason;
  }
}

/** `code_unrecognised`, with advice for the one who can mend it: who holds the scanner, or who holds the code. */
export function codeUnrecognised(why: UnrecognisedKind): ProblemError {
  return new ProblemError('code_unrecognised', why);
}

/** RFC 9457 problem details for a closed code. */
export function problemOf(code: ProblemCode, detail?: string, requestId?: string): Problem {
  const { status } = PROBLEMS[code];
  const { zh, en, next } = wordsOf(code, detail);
  return {
    type: `urn:huren:problem:${code}`,
    title: en,
    status,
    code,
    text: { zh, en },
    next,
    ...(detail === undefined ? {} : { detail }),
    ...(requestId === undefined ? {} : { request_id: requestId }),
  };
}

function wordsOf(code: ProblemCode, detail: string | undefined) {
  const isKnown = code === 'code_unrecognised' && detail !== undefined && isUnrecognisedKind(detail);
  return isKnown ? UNRECOGNISED_KINDS[detail] : PROBLEMS[code];
}

function isUnrecognisedKind(detail: string): detail is UnrecognisedKind {
  return Object.hasOwn(UNRECOGNISED_KINDS, detail);
}
