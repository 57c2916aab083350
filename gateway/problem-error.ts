import { CodedError } from '../schemas/coded-error.ts';
import { PROBLEMS, type Problem, type ProblemCode } from '../schemas/problem.ts';

/** A client's fault or a refusal, on its way to become problem details. `detail` never repeats what the client sent. */
export class ProblemError extends CodedError<ProblemCode> {
  override readonly name = 'ProblemError';
  readonly headers: Readonly<Record<string, string>>;
  readonly detail: string | undefined;
  constructor(code: ProblemCode, detail?: string, headers: Readonly<Record<string, string>> = {}) {
    super(code, detail ?? PROBLEMS[code].en);
    this.detail = detail;
    this.headers = headers;
  }
}

/** RFC 9457 problem details for a closed code. */
export function problemOf(code: ProblemCode, detail?: string, requestId?: string): Problem {
  const { status, zh, en, next } = PROBLEMS[code];
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
